"""Descriptions of categories in several languages and wordings, all written for this project.

Three kinds: the fifteen general touchpoints, whole sentences; two-part categories (`entity attribute`), put together
from a lexicon; and support intents, from their names.
"""

import random
import re

# General touchpoints. Several wordings each, as different map authors would put it.
GENERAL: dict[str, dict[str, list[str]]] = {
    "awareness": {
        "en": ["Advertising and brand: how people first hear of us, our reputation, campaigns, gifts and promotions.",
               "Brand image, adverts, word of mouth, special offers and giveaways", "marketing and promotion"],
        "zh": ["品牌与宣传：广告、口碑、知名度、促销活动、赠品和优惠", "看到广告、听朋友说起、品牌形象、活动力度、送的小礼物", "品牌认知与营销活动"],
        "ja": ["広告やブランドの評判、キャンペーン、おまけについて", "ブランドの印象と宣伝"],
        "es": ["Publicidad, imagen de la marca, promociones y regalos", "cómo se conoce la marca y sus campañas"]},
    "consideration": {
        "en": ["Comparing and choosing: against other brands, whether it is available, what the listing promised.",
               "Weighing it against rivals, stock and choice, wanting to buy", "research and comparison before buying"],
        "zh": ["比较和挑选：跟别的牌子比、有没有货、和描述是否一致、想不想买", "货比三家、同类产品对比、购买意愿、库存", "选购前的了解与对比"],
        "ja": ["他社との比較、品ぞろえや在庫、買うかどうかの検討", "購入前の情報収集と比較"],
        "es": ["Comparar con otras marcas, disponibilidad y decidir si comprar", "información antes de comprar"]},
    "price": {
        "en": ["Price: cheap or expensive, worth the money, discounts and fees.", "cost and value for money",
               "What it costs, whether it is a bargain or a rip-off"],
        "zh": ["价格：贵不贵、划不划算、性价比、降价和费用", "价钱便宜还是太贵、物有所值", "价格与性价比"],
        "ja": ["値段が高いか安いか、コスパ、料金について", "価格とお得感"],
        "es": ["Precio: caro o barato, relación calidad-precio, descuentos y comisiones", "cuánto cuesta y si vale la pena"]},
    "purchase": {
        "en": ["Ordering and paying: booking, checkout, payment, tickets, queues, shopping platform.",
               "placing, changing or cancelling an order; payment problems", "booking and checkout"],
        "zh": ["下单和付款：预订、结账、支付、改单、取消、排队、购物平台", "购买流程、在哪个平台买的、支付方式、订位", "下单与支付"],
        "ja": ["注文や予約、会計、支払い手続きについて", "購入手続きと決済"],
        "es": ["Pedir y pagar: reserva, caja, forma de pago, cancelar o cambiar el pedido", "proceso de compra y pago"]},
    "account": {
        "en": ["Account: signing up, logging in, passwords, personal details, identity checks, closing an account.",
               "registration, login, profile and security", "managing the account and cards"],
        "zh": ["账户：注册、登录、密码、个人资料、身份验证、注销", "账号登录不上、忘记密码、修改信息、绑卡", "账户管理与安全"],
        "ja": ["会員登録、ログイン、パスワード、本人確認について", "アカウントの管理"],
        "es": ["Cuenta: registro, inicio de sesión, contraseña, datos personales, verificación", "gestión de la cuenta"]},
    "delivery": {
        "en": ["Delivery: shipping speed, courier, delays, cancelled trips, lost or damaged parcels and luggage.",
               "how fast and how safely it arrived; punctuality", "shipping and logistics"],
        "zh": ["物流配送：快递速度、送货、骑手、延误、丢件、破损、发货快慢", "到货快不快、快递员态度、有没有送错漏送、准点", "快递与物流"],
        "ja": ["配送の速さ、遅れ、配達員、荷物の破損や紛失について", "発送とお届け"],
        "es": ["Entrega: rapidez del envío, mensajero, retrasos, paquetes perdidos o dañados", "envío y puntualidad"]},
    "packaging": {
        "en": ["Packaging: box, wrapping, seal, whether it was complete and undamaged, manual.", "how it was packed",
               "box and wrapping materials, neat or torn"],
        "zh": ["包装：盒子、密封、漏不漏、结实不结实、好看不好看、配件齐全", "打包、外包装、封口", "包装质量"],
        "ja": ["梱包や箱、密封、付属品がそろっているかについて", "包装の状態"],
        "es": ["Embalaje: caja, envoltorio, sellado, si venía completo", "cómo venía empaquetado"]},
    "product": {
        "en": ["The product itself: quality, taste, performance, look, size, effect, how it works in use.",
               "food and drink, rooms, devices: what was bought and how good it is", "product quality and features"],
        "zh": ["产品本身：质量、味道、功效、外观、性能、尺寸、使用感受", "东西好不好用、好不好吃、口感、成分、真假、做工", "产品质量与使用体验"],
        "ja": ["商品そのもの：品質、味、性能、見た目、使い心地について", "製品の品質と使用感"],
        "es": ["El producto en sí: calidad, sabor, rendimiento, aspecto, tamaño, uso", "calidad y características del producto"]},
    "app": {
        "en": ["App and website: crashes, bugs, updates, design, connection, notifications.",
               "using the app or site: speed, errors, missing functions", "digital channel: app, web, wifi"],
        "zh": ["应用和网站：闪退、卡顿、更新、界面、网络、功能", "App 不好用、登录页打不开、系统出错", "手机应用与网站"],
        "ja": ["アプリやウェブサイトの不具合、更新、使いやすさについて", "アプリとサイト"],
        "es": ["Aplicación y web: fallos, actualizaciones, diseño, conexión", "uso de la app y la página"]},
    "venue": {
        "en": ["The place: location, atmosphere, space, noise, cleanliness, seats, parking.",
               "ambience and surroundings of the shop, restaurant, hotel or train", "venue and environment"],
        "zh": ["场所环境：位置、装修、氛围、空间、卫生、吵闹、停车、交通", "店里的环境、好不好找、座位挤不挤", "门店环境与位置"],
        "ja": ["場所や雰囲気、立地、清潔さ、広さ、騒音について", "店内の環境と立地"],
        "es": ["El lugar: ubicación, ambiente, espacio, ruido, limpieza, aparcamiento", "local, entorno y decoración"]},
    "service": {
        "en": ["Service: attitude and help of staff, sellers and support, waiting for an answer.",
               "waiters, shop assistants, customer service: friendly or rude, fast or slow", "staff and customer support"],
        "zh": ["服务：店员、卖家、客服的态度、专业程度、回复快慢", "服务员热情不热情、客服理不理人、等了多久", "服务态度与客服"],
        "ja": ["店員やスタッフ、サポートの対応、接客態度について", "接客とカスタマーサポート"],
        "es": ["Atención: trato del personal, vendedores y soporte, rapidez de respuesta", "servicio al cliente y empleados"]},
    "aftersales": {
        "en": ["After the sale: returns, refunds, exchange, repair, warranty, complaints.", "getting money back or a repair",
               "returns and warranty"],
        "zh": ["售后：退货、退款、换货、维修、保修、投诉处理", "退换货顺不顺利、钱退没退", "售后与退换"],
        "ja": ["返品、返金、交換、修理、保証について", "アフターサービス"],
        "es": ["Posventa: devoluciones, reembolsos, cambios, reparación, garantía", "devolver o reclamar"]},
    "loyalty": {
        "en": ["Loyalty: buying again, coming back, recommending it to others, staying or leaving.",
               "would recommend, regular customer, never again", "repurchase and recommendation"],
        "zh": ["忠诚：回购、再来、推荐给别人、老顾客、以后不会再买", "一直在用、会不会再次光顾、推荐朋友", "复购与推荐"],
        "ja": ["また買いたい、リピート、人にすすめるかについて", "再購入とおすすめ"],
        "es": ["Fidelidad: volver a comprar, repetir, recomendar o no volver", "recomendación y recompra"]},
    "overall": {
        "en": ["The whole experience: general impression, satisfied or disappointed on the whole, no particular point.",
               "overall experience", "general praise or complaint without detail"],
        "zh": ["整体体验：总的感觉、满意不满意，没有具体说哪方面", "总体评价、购物体验", "整体印象"],
        "ja": ["全体的な感想、満足か不満か、具体的な点なし", "総合的な印象"],
        "es": ["La experiencia en general: satisfecho o decepcionado, sin detalle", "impresión general"]},
    "other": {
        "en": ["Something else: remarks, stories and details that fit none of these.", "other matters", "miscellaneous"],
        "zh": ["其他：与这些都无关的话、闲聊、杂项", "别的事情", "其他"],
        "ja": ["その他の話題", "どれにも当てはまらないこと"],
        "es": ["Otros comentarios", "asuntos varios"]},
}

# Words of two-part category names: (en, zh, ja, es). A missing entry falls back to the name itself.
WORDS: dict[str, tuple[str, str, str, str]] = {
    "food": ("food", "食物", "料理", "comida"), "drinks": ("drinks", "酒水饮料", "飲み物", "bebidas"),
    "food_drinks": ("food and drinks", "餐饮", "料理と飲み物", "comida y bebida"),
    "service": ("service", "服务", "サービス", "servicio"), "hotel": ("hotel", "酒店", "ホテル", "hotel"),
    "rooms": ("rooms", "房间", "客室", "habitaciones"), "restaurant": ("restaurant", "餐厅", "レストラン", "restaurante"),
    "room_amenities": ("room amenities", "房间设施", "客室の設備", "equipamiento de la habitación"),
    "facilities": ("facilities", "配套设施", "施設", "instalaciones"), "location": ("location", "位置", "立地", "ubicación"),
    "ambience": ("ambience", "环境氛围", "雰囲気", "ambiente"), "laptop": ("laptop", "笔记本电脑", "ノートパソコン", "portátil"),
    "display": ("display", "显示屏", "ディスプレイ", "pantalla"), "keyboard": ("keyboard", "键盘", "キーボード", "teclado"),
    "battery": ("battery", "电池", "バッテリー", "batería"), "support": ("customer support", "客服支持", "サポート", "soporte técnico"),
    "software": ("software", "软件", "ソフトウェア", "software"), "os": ("operating system", "操作系统", "OS", "sistema operativo"),
    "hardware": ("hardware", "硬件", "ハードウェア", "hardware"), "cpu": ("processor", "处理器", "CPU", "procesador"),
    "memory": ("memory", "内存", "メモリ", "memoria"), "ports": ("ports", "接口", "端子", "puertos"),
    "company": ("company", "公司", "会社", "empresa"), "shipping": ("shipping", "运输配送", "配送", "envío"),
    "shipment": ("shipment", "发货配送", "配送", "envío"), "warranty": ("warranty", "保修", "保証", "garantía"),
    "multimedia_devices": ("sound and multimedia", "音响与多媒体", "音響・マルチメディア", "multimedia"),
    "power_supply": ("power supply", "电源适配器", "電源", "cargador"), "graphics": ("graphics", "显卡图形", "グラフィック", "gráficos"),
    "hard_disc": ("hard disk", "硬盘", "ハードディスク", "disco duro"), "fans&cooling": ("fan and cooling", "散热风扇", "冷却ファン", "ventilador"),
    "amazon": ("shop offer", "商城", "ショップ", "tienda"), "camera": ("camera", "相机", "カメラ", "cámara"),
    "phone": ("phone", "手机", "携帯電話", "teléfono"), "photo": ("photos", "照片", "写真", "fotos"),
    "focus": ("focusing", "对焦", "ピント", "enfoque"), "lens": ("lens", "镜头", "レンズ", "objetivo"),
    "book": ("book", "书", "本", "libro"), "content": ("content", "内容", "内容", "contenido"),
    "shoes": ("shoes", "鞋子", "靴", "zapatos"), "clothing": ("clothes", "衣服", "服", "ropa"),
    "bottom": ("trousers and skirts", "裤子裙子", "ボトムス", "pantalones"), "top": ("tops and shirts", "上衣", "トップス", "camisetas"),
    "socks": ("socks", "袜子", "靴下", "calcetines"), "derivatives": ("film and series versions", "衍生作品", "派生作品", "adaptaciones"),
    "general": ("in general", "总体", "全般", "en general"), "quality": ("quality", "质量", "品質", "calidad"),
    "prices": ("prices", "价格", "価格", "precios"), "price": ("price", "价格", "価格", "precio"),
    "style_options": ("variety and style", "种类与花样", "種類や見た目", "variedad y estilo"),
    "miscellaneous": ("other matters", "其他", "その他", "otros"), "cleanliness": ("cleanliness", "干净卫生", "清潔さ", "limpieza"),
    "comfort": ("comfort", "舒适度", "快適さ", "comodidad"), "design_features": ("design and features", "设计与功能", "デザインと機能", "diseño y funciones"),
    "operation_performance": ("performance", "运行性能", "動作性能", "rendimiento"), "usability": ("ease of use", "易用性", "使いやすさ", "facilidad de uso"),
    "portability": ("portability", "便携性", "持ち運びやすさ", "portabilidad"), "connectivity": ("connectivity", "连接", "接続", "conectividad"),
    "recommendation": ("recommendation", "推荐", "おすすめ", "recomendación"), "availability": ("availability", "有没有货", "在庫", "disponibilidad"),
    "delivery": ("delivery", "送达", "配達", "entrega"), "plot": ("plot", "情节", "筋書き", "trama"), "author": ("author", "作者", "作者", "autor"),
    "characters": ("characters", "人物", "登場人物", "personajes"), "size": ("size", "尺码大小", "サイズ", "talla"),
    "looking": ("looks", "外观款式", "見た目", "aspecto"), "genre": ("genre", "题材", "ジャンル", "género"), "length": ("length", "篇幅", "長さ", "extensión"),
    "staff": ("staff", "店员", "スタッフ", "personal"), "place": ("place", "地方", "場所", "lugar"), "menu": ("menu", "菜单", "メニュー", "carta"),
    "overall": ("overall experience", "整体感受", "総合", "en conjunto"), "logistics": ("delivery", "物流", "配送", "envío"),
    "speed": ("speed", "速度", "速さ", "rapidez"), "lost and damaged": ("lost or damaged parcels", "丢件破损", "紛失や破損", "paquete perdido o dañado"),
    "buyer attitude": ("buyer's attitude", "买家态度", "購入者の気持ち", "actitud del comprador"),
    "recommendable": ("would recommend it", "值得推荐", "すすめたい", "lo recomienda"), "seller service": ("seller's service", "卖家服务", "販売者の対応", "servicio del vendedor"),
    "attitude": ("friendliness", "态度", "態度", "trato"), "timeliness of seller service": ("how fast the seller answers", "卖家回复及时", "返信の早さ", "rapidez del vendedor"),
    "product quality": ("product quality", "产品质量", "商品の品質", "calidad del producto"), "battery/longevity": ("battery", "电池续航", "バッテリー", "batería"),
    "battery life": ("battery life", "续航", "持ち時間", "duración"), "product packaging": ("packaging", "包装", "梱包", "embalaje"),
    "value for money": ("value for money", "性价比", "コスパ", "relación calidad-precio"), "shopping experiences": ("shopping experience", "购物体验", "買い物体験", "experiencia de compra"),
    "ease of use": ("ease of use", "使用方便", "使いやすさ", "facilidad de uso"), "easy to use": ("easy to use", "好用", "使いやすい", "fácil de usar"),
    "screen": ("screen", "屏幕", "画面", "pantalla"), "repurchase and churn tendency": ("buying again or leaving", "复购或流失", "再購入", "volver a comprar o no"),
    "after-sales service": ("after-sales", "售后", "アフターサービス", "posventa"), "exchange/warranty/return": ("exchange, return, warranty", "退换保修", "返品・交換・保証", "cambio, garantía y devolución"),
    "branding/marketing": ("marketing", "品牌营销", "宣伝", "marketing"), "promotional giveaways": ("free gifts", "赠品", "おまけ", "regalos"),
    "product accessories": ("accessories", "配件", "付属品", "accesorios"), "appearance design": ("appearance", "外观设计", "外観", "diseño exterior"),
    "genuine product": ("genuine or fake", "是不是正品", "本物かどうか", "producto original"), "audience groups": ("whom it suits", "适合人群", "向いている人", "para quién es"),
    "signal": ("signal", "信号", "電波", "señal"), "performance": ("performance", "性能", "性能", "rendimiento"), "audio/sound": ("sound", "声音", "音", "sonido"),
    "loyalty": ("loyal customer", "忠诚", "リピート", "fidelidad"), "inventory": ("stock", "库存", "在庫", "existencias"), "system": ("system", "系统", "システム", "sistema"),
    "packaging materials": ("packing materials", "包装材料", "梱包材", "materiales de embalaje"), "charger": ("charger", "充电器", "充電器", "cargador"),
    "charging speed": ("charging speed", "充电速度", "充電の速さ", "velocidad de carga"), "heat generation": ("overheating", "发热", "発熱", "calentamiento"),
    # zh category names
    "价格": ("price", "价格", "価格", "precio"), "包装": ("packaging", "包装", "梱包", "embalaje"), "物流": ("delivery", "物流", "配送", "envío"),
    "卖家": ("seller", "卖家", "販売者", "vendedor"), "买家态度": ("buyer's attitude", "买家态度", "購入者の気持ち", "actitud del comprador"),
    "促销": ("promotion", "促销", "販促", "promoción"), "产品质量": ("product quality", "产品质量", "商品の品質", "calidad"), "使用": ("use", "使用", "使用", "uso"),
    "品牌实力": ("brand", "品牌", "ブランド", "marca"), "感官": ("look and feel", "观感", "見た目", "aspecto"), "退换货": ("returns and exchanges", "退换货", "返品・交換", "devoluciones"),
    "味道": ("taste", "味道", "味", "sabor"), "口感": ("mouthfeel", "口感", "食感", "textura"), "功效": ("effect", "功效", "効果", "efecto"), "气味": ("smell", "气味", "におい", "olor"),
    "成分": ("ingredients", "成分", "成分", "ingredientes"), "健康": ("health", "健康", "健康", "salud"), "营养": ("nutrition", "营养", "栄養", "nutrición"),
    "不良反应": ("bad reaction", "不良反应", "副作用", "mala reacción"), "溶解性": ("how it dissolves", "溶解性", "溶けやすさ", "disolución"), "产品规格": ("portion size", "规格", "量", "tamaño"),
    "综合味道": ("taste", "味道好不好", "味", "sabor"), "商家/客服态度": ("attitude of seller or support", "商家和客服的态度", "店やサポートの態度", "trato del vendedor"),
    "忠诚度": ("loyalty", "一直买、老顾客", "リピート", "fidelidad"), "物流速度": ("delivery speed", "快递快不快", "配送の速さ", "rapidez del envío"), "赠品": ("free gifts", "赠品", "おまけ", "regalos"),
    "复购/流失倾向": ("will buy again or not", "会不会再买", "また買うか", "volver a comprar"), "竞品对比": ("compared with other brands", "和别的牌子比", "他社との比較", "comparado con otras marcas"),
    "购物平台": ("shopping platform", "购物平台", "購入サイト", "plataforma de compra"), "品质": ("quality", "品质", "品質", "calidad"), "活动": ("sales campaign", "促销活动", "キャンペーン", "campaña"),
    "密封性": ("seal and leaks", "密封、漏不漏", "密封", "sellado"), "受众群体": ("whom it suits", "适合什么人", "向いている人", "para quién es"), "生产日期": ("production date", "生产日期新不新", "製造日", "fecha de fabricación"),
    "品牌": ("brand", "品牌", "ブランド", "marca"), "正品": ("genuine or fake", "是不是正品", "本物かどうか", "original"), "综合口感": ("mouthfeel", "口感", "食感", "textura"),
    "物流态度": ("courier's attitude", "快递员态度", "配達員の態度", "trato del repartidor"), "发货": ("dispatch", "发货", "発送", "despacho"), "外观": ("looks", "外观", "外観", "aspecto"),
    "性价比": ("value for money", "性价比", "コスパ", "relación calidad-precio"), "购物体验": ("shopping experience", "购物体验", "買い物体験", "experiencia de compra"), "退换": ("returns", "退换", "返品", "devolución"),
    "值得推荐": ("would recommend it", "值得推荐", "すすめたい", "lo recomienda"), "购物意愿": ("wish to buy", "想不想买", "購入意欲", "ganas de comprar"), "配送便捷": ("convenient delivery", "送货上门方便", "便利な配達", "entrega cómoda"),
    "真伪": ("genuine or fake", "真假", "本物かどうか", "autenticidad"), "尺寸": ("size", "尺寸", "サイズ", "tamaño"), "服务": ("service", "服务", "接客", "servicio"), "使用体验": ("using it", "使用体验", "使用感", "uso"),
    "新鲜度": ("freshness", "新鲜度", "新鮮さ", "frescura"), "整体": ("overall", "整体评价", "全体", "en conjunto"), "其他": ("other", "其他", "その他", "otros"),
    "动力": ("engine power", "动力", "パワー", "potencia"), "油耗": ("fuel consumption", "油耗", "燃費", "consumo"), "操控": ("handling", "操控", "操縦性", "manejo"), "舒适性": ("comfort", "舒适性", "快適さ", "comodidad"),
    "配置": ("equipment", "配置", "装備", "equipamiento"), "安全性": ("safety", "安全性", "安全性", "seguridad"), "内饰": ("interior", "内饰", "内装", "interior"), "空间": ("space", "空间", "広さ", "espacio"),
    # Indonesian hotel and car sets
    "kebersihan": ("cleanliness", "干净卫生", "清潔さ", "limpieza"), "linen": ("bed linen", "床单毛巾", "寝具", "ropa de cama"), "ac": ("air conditioning", "空调", "エアコン", "aire acondicionado"),
    "bau": ("smell", "异味", "におい", "olor"), "air_panas": ("hot water", "热水", "お湯", "agua caliente"), "wifi": ("wifi", "无线网络", "Wi-Fi", "wifi"), "tv": ("television", "电视", "テレビ", "televisión"),
    "sunrise_meal": ("breakfast", "早餐", "朝食", "desayuno"), "fuel": ("fuel", "油耗", "燃費", "combustible"), "machine": ("engine", "发动机", "エンジン", "motor"), "part": ("parts", "零件", "部品", "piezas"), "others": ("other", "其他", "その他", "otros"),
}
# Dianping categories keep whole phrases.
PHRASES = {
    "service_waiters_attitude": ("waiters' attitude", "服务员态度"), "service_wait_time": ("waiting for a table", "排队等位"),
    "service_serving_speed": ("how fast dishes come", "上菜速度"), "service_parking_convenience": ("parking", "停车方便"),
    "price_level": ("price level", "价格水平"), "price_cost_effective": ("value for money", "性价比"), "price_discount": ("discounts", "优惠团购"),
    "environment_decoration": ("decoration", "装修"), "environment_noise": ("noise", "嘈杂"), "environment_space": ("space", "就餐空间"),
    "environment_cleaness": ("cleanliness", "卫生"), "location_traffic_convenience": ("getting there", "交通便利"),
    "location_distance_from_business_district": ("distance from the centre", "离商圈距离"), "location_easy_to_find": ("easy to find", "好不好找"),
    "dish_portion": ("portions", "分量"), "dish_taste": ("taste of the dishes", "菜的口味"), "dish_look": ("how dishes look", "菜的卖相"),
    "dish_recommendation": ("recommended dishes", "推荐菜"), "others_overall_experience": ("overall experience", "整体用餐体验"),
    "others_willing_to_consume_again": ("coming again", "还会不会再来"),
}
# Intents written without spaces, with Chinese.
INTENTS = {
    "bookflight": ("book a flight", "订机票"), "changeseatassignment": ("change seat", "换座位"), "getboardingpass": ("get a boarding pass", "登机牌"),
    "getseatinfo": ("seat information", "座位信息"), "transfermoney": ("transfer money", "转账"), "checkbalance": ("check balance", "查余额"),
    "replacecard": ("replace a card", "补办卡"), "reportlostcard": ("lost card", "挂失银行卡"), "disputecharge": ("dispute a charge", "对扣款有异议"),
    "updateaddress": ("change of address", "修改地址"), "getroutingnumber": ("routing number", "银行代码"), "orderchecks": ("order cheques", "订支票本"),
    "closeaccount": ("close the account", "销户"), "checkoffereligibility": ("eligible for an offer", "能否享受优惠"), "startorder": ("place an order", "点单"),
    "reportbrokensoftware": ("software does not work", "软件坏了"), "expensereport": ("expense report", "报销"), "softwareupdate": ("update software", "软件更新"),
    "stoporder": ("cancel an order", "取消订单"), "changeorder": ("change an order", "修改订单"), "checkserverstatus": ("is the server up", "服务器状态"),
    "getpromotions": ("promotions", "优惠活动"), "providereceipt": ("receipt", "收据"), "startserviceintent": ("start a service", "开通服务"),
    "getinformationintent": ("information about plans", "咨询套餐"), "upgradeserviceintent": ("upgrade the plan", "升级套餐"), "viewbillsintent": ("see the bill", "查账单"),
    "transferserviceintent": ("move the service", "迁移服务"), "getchannelpackageintent": ("channel package", "频道套餐"), "viewdatausageintent": ("data usage", "流量使用"),
    "cancelserviceintent": ("cancel the service", "取消服务"), "updateaccountinfo": ("update account details", "更新账户资料"), "reportbrokenphone": ("broken phone", "手机坏了"),
    "getproofofinsurance": ("proof of insurance", "保险证明"), "checkclaimstatus": ("status of a claim", "理赔进度"),
}
FRAMES = {
    "en": ["{}", "{}", "customers talk about {}", "what people say of {}", "opinions on {}", "{}: praise and complaints"],
    "zh": ["{}", "{}", "顾客谈到{}", "关于{}的评价", "用户对{}的看法", "{}方面的好评和抱怨"],
    "ja": ["{}", "{}について", "お客様が{}について話す", "{}の評判"],
    "es": ["{}", "{}", "opiniones sobre {}", "los clientes hablan de {}"],
}
JOINTS = {"en": ["{b} of {a}", "{a}: {b}", "{a} {b}", "{b} ({a})"], "zh": ["{a}的{b}", "{a}：{b}", "{a}{b}"],
          "ja": ["{a}の{b}", "{a}：{b}"], "es": ["{b} de {a}", "{a}: {b}"]}
LANGUAGES = ["en", "zh", "ja", "es"]


def general(touchpoint: str, dice: random.Random, lang: str | None = None) -> str:
    """One wording of a general touchpoint, sometimes two together."""
    lang = lang or dice.choices(LANGUAGES, [4, 4, 1.3, 1.3])[0]
    wordings = GENERAL[touchpoint][lang]
    if dice.random() < 0.3:
        return " ".join(dice.sample(wordings, 2))
    return dice.choice(wordings)


def words(name: str, lang: str) -> str | None:
    entry = WORDS.get(name) or WORDS.get(name.lower())
    return entry[LANGUAGES.index(lang)] if entry else None


def category(name: str, dice: random.Random, lang: str | None = None) -> str:
    """One wording of a set's own category. A language without the words for it falls back to the name's own."""
    chinese = bool(re.search(r"[\u4e00-\u9fff]", name))
    lang = lang or dice.choices(LANGUAGES, [4, 4, 1.3, 1.3])[0]
    for table in (PHRASES, INTENTS):
        if name in table:
            lang = "zh" if lang in ("zh", "ja") else "en"
            return dice.choice(FRAMES[lang]).format(table[name][lang == "zh"])
    parts = [p for p in re.split(r"[#-]", name) if p not in ("通用", "食品饮料")] if "#" in name else name.split(" ")
    if "#" in name and not chinese:
        parts = name.split("#")
    if len(parts) > 2 or (len(parts) == 1 and "_" in name and not words(name, "en")):
        parts = [name.replace("_", " ").replace("?", "").lower()]
    own = "zh" if chinese else "en"
    if any(words(p, lang) is None for p in parts):
        lang = own
    said = [words(p, lang) or p.replace("_", " ").lower() for p in parts]
    if len(said) == 1 or said[0] == said[1]:
        phrase = said[0]
    elif parts[1].lower() == "general":
        phrase = dice.choice([said[0], said[0], JOINTS[lang][1].format(a=said[0], b=said[1])])
    elif parts[0].lower() == "overall":
        phrase = said[0]
    else:
        phrase = dice.choice(JOINTS[lang] + ["{b}"] * chinese).format(a=said[0], b=said[1])
    return dice.choice(FRAMES[lang]).format(phrase)
