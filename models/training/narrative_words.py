"""Phrases of `narrative.py`, written for this project: what happened, without a word of praise or blame.

Topic → descriptions by language, and → language → openings, good outcomes, bad outcomes, neutral ones. `{…}` are slots.
"""

SLOTS = {
    "zh": {
        "hours": "整整一上午|快三个小时|一个半小时|四十多分钟|大半天",
        "soon": "十分钟|半小时|一个下午|当天|不到一小时|第二天上午|几秒|一刻钟", "wait": "五天|两个礼拜|大半个月|一个多月|整整一上午|快三个小时|十几天",
        "item": "台灯|被套|保温杯|耳机|行李箱|运动鞋|电饭煲|书架|手表|毛衣|键盘|猫粮", "times": "四次|五六次|三回|七八遍|两趟",
        "who": "我妈|我|我爸|室友|同事|我老公|朋友|邻居", "when": "上周|昨天|前天|周末|这次|月初|今天中午|国庆|搬家那天|晚上十点多",
        "money": "三十多块|一百二|五十块|两百|十几块|小一千", "place": "中转站|城东|外地仓|小区驿站"},
    "en": {
        "hours": "three hours|the whole morning|ninety minutes|fifty minutes|half a day",
        "soon": "ten minutes|half an hour|one afternoon|the same day|under an hour|a few seconds|fifteen minutes|one call", "wait": "five days|two weeks|nearly a month|three hours|eleven days|the whole morning",
        "item": "lamp|duvet|flask|headphones|suitcase|trainers|rice cooker|bookcase|watch|jumper|keyboard|kettle", "times": "four times|five times|three times|twice|six times",
        "who": "my mum|my dad|my flatmate|a colleague|my husband|a neighbour|my sister", "when": "Last week|Yesterday|On Monday|Over the weekend|This time|Earlier this month|Today at lunch|The day we moved",
        "money": "$30|£12|40 euros|$120|twenty quid|$75", "place": "the depot|the sorting centre|another town|the pick-up point"},
    "ja": {
        "hours": "三時間|半日|一時間半|五十分",
        "soon": "十五分|三十分|その日のうち|翌朝|数秒|一時間もしないうち", "wait": "五日|二週間|一か月近く|三時間|半日",
        "item": "スタンド|毛布|水筒|イヤホン|スーツケース|運動靴|炊飯器|本棚|時計|セーター", "times": "四回|五回|三度|何度|六回",
        "who": "母|父|同僚|夫|妹|友人", "when": "先週|昨日|おととい|週末|今回|月初め|今日の昼", "money": "千円|三百円|五千円|二千円", "place": "営業所|隣の県|集配所"},
    "es": {
        "hours": "tres horas|toda la mañana|hora y media|cincuenta minutos",
        "soon": "diez minutos|media hora|la misma tarde|menos de una hora|unos segundos|un cuarto de hora", "wait": "cinco días|dos semanas|casi un mes|tres horas|toda la mañana",
        "item": "lámpara|manta|cafetera|maleta|estantería|chaqueta|batidora|silla", "times": "cuatro veces|cinco veces|tres veces|dos veces",
        "who": "mi madre|mi padre|un compañero|mi marido|mi hermana", "when": "La semana pasada|Ayer|El lunes|El fin de semana|Esta vez|Hoy al mediodía", "money": "30 euros|12 euros|cincuenta euros|90 euros", "place": "el almacén|otra ciudad|la oficina de reparto"},
}

DESCRIPTIONS = {
    "delivery": {"en": ["Shipping and arrival: how long it took, tracking, where the parcel was left", "parcels on the way, late or on time"],
                 "zh": ["送货和到货：花了几天、物流信息、包裹放在哪", "快递路上的事，早到还是晚到"], "ja": ["届くまでの日数、追跡、置き場所", "荷物の到着"], "es": ["Envío y llegada: cuánto tardó, seguimiento, dónde lo dejaron"]},
    "lost": {"en": ["Lost or damaged in transit: missing, broken or soaked goods", "parcel never arrived or came broken"],
             "zh": ["运输中丢失或损坏：没收到、摔坏、进水", "丢件和破损"], "ja": ["輸送中の紛失や破損", "届かない、壊れて届いた"], "es": ["Pérdidas y daños en el transporte", "llegó roto o nunca llegó"]},
    "refund": {"en": ["Refunds and returns: sending back, when the money came", "getting money back"], "zh": ["退货退款：寄回、钱什么时候到", "退钱的过程"],
               "ja": ["返品と返金、お金が戻るまで", "返金の手続き"], "es": ["Devoluciones y reembolsos: cuándo llega el dinero", "recuperar el dinero"]},
    "support": {"en": ["Phone, chat and mail support: waiting on hold, getting an answer, being passed around", "reaching a person who helps"],
                "zh": ["电话和在线客服：排队、有没有人回、转来转去", "找客服解决问题"], "ja": ["電話やチャットの問い合わせ：待ち時間、返事、たらい回し", "サポートへの連絡"], "es": ["Teléfono y chat de ayuda: espera, respuesta, pasarte de uno a otro"]},
    "staff": {"en": ["Staff on the spot: how employees behave, polite, careless or helpful", "the people who served us"], "zh": ["现场员工：怎么待人、细心还是敷衍", "接待我们的人"],
              "ja": ["その場のスタッフのふるまい", "店員の応対"], "es": ["Empleados en el local: cómo tratan a la gente", "el personal que atiende"]},
    "queue": {"en": ["Queues at the counter: lines, waiting numbers, how long until served", "standing in line"], "zh": ["排队：窗口、叫号、等多久才轮到", "柜台前的队伍"],
              "ja": ["窓口の行列、順番待ち", "並ぶ時間"], "es": ["Colas en el mostrador, turnos y espera"]},
    "cancelled": {"en": ["Cancelled by the company: appointments or orders called off, moved to another date", "they cancelled on us, finding a new date"],
                  "zh": ["被商家取消：预约或订单没了、改期", "对方取消和改时间"], "ja": ["店側の都合による取り消しや日程変更", "予約のキャンセル"], "es": ["Cancelado por la empresa, cambio de fecha"]},
    "booking": {"en": ["Booking and checkout: reservation form, paying, changing a date, booking errors", "making or changing a reservation"], "zh": ["预订和付款：填单、支付、改日期、订单出错", "下单预约的过程"],
                "ja": ["予約と支払い、日付の変更", "申し込み画面"], "es": ["Reserva y pago: formulario, cambiar la fecha, errores"]},
    "app": {"en": ["App and website at work: speed, crashes, updates, finding things", "the app in everyday use"], "zh": ["软件和网页：快慢、闪退、更新、找功能", "日常用 App"],
            "ja": ["アプリやサイトの動作、更新、探しやすさ", "アプリの使い勝手"], "es": ["La aplicación y la web: velocidad, cierres, actualizaciones"]},
    "price": {"en": ["What it costs: price against expectation, price rises, discounts at the till", "price and value"], "zh": ["花多少钱：比想的贵还是便宜、涨价、优惠", "价钱"],
              "ja": ["いくらかかるか、値上げ、割引", "値段"], "es": ["Lo que cuesta: subidas, descuentos, precio final"]},
    "billing": {"en": ["Charges and fees: double charges, hidden fees, invoices, what was debited", "what shows on the bill"], "zh": ["扣款和费用：重复扣、隐藏收费、账单", "账单上的数"],
                "ja": ["請求と手数料、二重請求、明細", "請求額"], "es": ["Cobros y comisiones: doble cargo, factura, gastos ocultos"]},
    "quality": {"en": ["How the thing holds up: lasting, breaking, like the picture or not", "quality in use over time"], "zh": ["东西用起来怎么样：耐不耐用、和图片像不像", "质量和耐用"],
                "ja": ["使ってみてどうか、長持ちするか、写真どおりか", "品質と耐久"], "es": ["Cómo aguanta: duración, averías, si es como en la foto"]},
    "opening": {"en": ["Signing up: opening an account, forms, identity check, first login", "becoming a customer"], "zh": ["注册开通：填表、验证身份、第一次登录", "成为客户的手续"],
                "ja": ["申し込みと登録、本人確認、最初のログイン", "登録の手続き"], "es": ["Darse de alta: formularios, verificar la identidad, primer acceso"]},
    "repair": {"en": ["Repair and technicians: visit, fix, spare part, fault coming back", "getting it repaired"], "zh": ["维修：师傅上门、修没修好、换零件", "修东西"],
               "ja": ["修理と訪問、部品交換、再発", "修理"], "es": ["Reparación: visita del técnico, pieza, vuelve a fallar"]},
    "quitting": {"en": ["Stopping and renewing: cancelling a plan, automatic renewal, leaving", "ending a subscription"], "zh": ["停用和续费：退订、自动续、销号", "不想用了怎么停"],
                 "ja": ["解約と自動更新", "やめるときの手続き"], "es": ["Darse de baja y renovación automática"]},
    "size": {"en": ["Size and fit: size charts, too big or small, measurements", "does it fit"], "zh": ["尺码合身：尺码表、偏大偏小、量尺寸", "合不合身"], "ja": ["サイズ感、表と実物の違い", "着てみて合うか"], "es": ["Tallas: si queda grande o pequeño, guía de medidas"]},
    "advert": {"en": ["Advertising: what adverts promise, how often they show", "promotion people saw"], "zh": ["广告宣传：说了什么、多久看到一次", "推广和活动承诺"], "ja": ["広告の内容や頻度、キャンペーンの約束"], "es": ["Anuncios: lo que prometen y cuánto salen"]},
    "points": {"en": ["Points, rewards and member benefits: earning, using, expiring", "loyalty programme"], "zh": ["积分和会员权益：怎么攒、怎么用、过期", "老客户的好处"], "ja": ["ポイントと会員特典、失効", "会員の得"], "es": ["Puntos y ventajas de socio: ganar, usar, caducan"]},
    "pairing": {"en": ["Connecting devices: pairing, syncing data between them, dropped connections", "setting it up with other devices"], "zh": ["设备连接：配对、数据同步、断开", "跟别的设备一起用"], "ja": ["機器の接続や同期、切断", "つなぐ設定"], "es": ["Conectar aparatos: emparejar, sincronizar, cortes"]},
    "transfer": {"en": ["Moving money: transfers, when they arrive, limits, exchange rates", "sending and receiving money"], "zh": ["转账汇款：多久到、限额、汇率", "钱的进出"], "ja": ["送金や振込、着金までの時間、限度額", "お金の移動"], "es": ["Transferencias: cuándo llegan, límites, cambio"]},
    "lessons": {"en": ["Lessons and guidance: how teachers explain, pace, course content", "classes and coaching"], "zh": ["课程和指导：讲得清不清、节奏、内容", "老师怎么教"], "ja": ["レッスンや説明のしかた、進み方", "講座の内容"], "es": ["Clases: cómo explican, ritmo, contenido"]},
    "search": {"en": ["Finding and comparing: search, filters, photos, descriptions, stock", "choosing before buying"], "zh": ["找东西和比较：搜索、筛选、图片、描述、有没有货", "买之前挑选"], "ja": ["探す、比べる：検索、写真、説明、在庫", "買う前の検討"], "es": ["Buscar y comparar: filtros, fotos, descripciones, existencias"]},
    "place": {"en": ["The premises: rooms, cleanliness, noise, temperature, seats", "what it is like inside"], "zh": ["店里和房间：干净、吵不吵、冷热、座位", "场地本身"], "ja": ["店内や部屋：清潔さ、音、温度、席"], "es": ["El local o la habitación: limpieza, ruido, temperatura, asientos"]},
    "privacy": {"en": ["Safety and personal data: fraud alerts, leaked numbers, unwanted calls", "is my data safe"], "zh": ["安全和个人信息：可疑交易提醒、号码泄露、骚扰电话", "信息安不安全"], "ja": ["安全と個人情報：不正利用の通知、情報漏れ、迷惑電話"], "es": ["Seguridad y datos: avisos de fraude, datos filtrados, llamadas"]},
}

# topic → language → (openings, good, bad, neutral), each `|`-separated.
OUTCOMES = {
    "delivery": {
        "zh": ("{when}下的单|{when}买的{item}|给{who}寄的{item}|付完款", "{soon}就送到家了|比页面上写的早了两天到|还没想起来催，已经放在门口了|师傅直接扛上了六楼|约的七点，七点整门铃就响了|出差前刚好赶上收到",
               "{wait}了物流一动不动|催了{times}才发出来|卡在{place}{wait}没动静|说好周二，周五还没影|电话也不打就扔楼下了|显示已签收，可我根本没见着", "现在显示在{place}|是从{place}发出的|还在路上，大概后天到|可以改成自提吗|送货上门要选时间段"),
        "en": ("Ordered a {item} late at night,|{when} I ordered a {item}, and|The {item} I sent to {who}|Parcel:", "it was on the step before I was up|it came two days ahead of the date they gave|the courier carried it up to the sixth floor unasked|the bell rang at seven sharp, as agreed|it got here in time for the trip",
               "tracking has not moved for {wait}|it has sat at {place} for {wait}|they said Tuesday, it is Friday, nothing|it was left out in the rain without a ring|it says delivered and there is nothing here|I had to chase it {times}", "it is at {place} now|it ships from {place}|it should be here the day after tomorrow|can I switch it to pick-up?|you choose a time slot at checkout"),
        "ja": ("{when}注文した{item}、|{who}に送った{item}が|荷物は", "翌朝にはもう玄関にありました|予定より二日早く届いた|六階まで運んでくれた|指定の七時ちょうどに来た|出張前に間に合った", "{wait}たっても動きがない|{place}で{wait}止まったまま|火曜と言われて金曜になっても来ない|配達済みなのに手元にない|雨の中に置かれていた|{times}問い合わせてやっと発送", "今は{place}にあるそうです|明後日に着く予定|受け取り場所は変えられますか|時間帯を選ぶ形です"),
        "es": ("Pedí una {item} y|{when} pedí una {item};|El paquete para {who}", "a la mañana siguiente ya estaba en la puerta|llegó dos días antes de lo previsto|lo subieron hasta el sexto sin pedirlo|a las siete en punto llamaron al timbre", "el seguimiento lleva {wait} sin moverse|dijeron martes y es viernes|lo dejaron bajo la lluvia|pone entregado y aquí no hay nada|tuve que reclamar {times}", "ahora está en {place}|sale de {place}|debería llegar pasado mañana|¿se puede recoger en tienda?")},
    "lost": {
        "zh": ("打开箱子，{item}|寄回去的{item}|{when}收到的{item}|包裹", "包了三层，一个角都没磕|外面下大雨，里面一滴水没有|路上摔了一下，商家没等我开口就补了一个|少了个螺丝，说了一声隔天就补来了", "碎成两半|盒子是湿的，说明书都泡烂了|至今下落不明，谁也不认|少了两件，让我自己去找快递|被压扁了，申诉了{times}", "用纸箱装的|放在驿站三号架|一共两个箱子"),
        "en": ("Opened the box and the {item}|The {item} I sent back|The parcel|One bag", "had three layers round it, not a scratch|was dry in spite of the downpour|lacked a screw, and a new set came next day without forms|got knocked about, they sent another before I asked", "was in two pieces|was soaked through|is nowhere, and nobody owns up to it|turned up crushed and the claim was refused {times}|went missing, {wait} and no trace", "came in a cardboard box|is on shelf three|came in two boxes"),
        "ja": ("箱を開けたら{item}が|送り返した{item}は|荷物が", "三重に包まれて傷ひとつなかった|大雨でも中は乾いていた|ねじが足りないと言ったら翌日届いた", "二つに割れていた|濡れていた|行方不明のまま{wait}|つぶれていて、補償も断られた", "段ボールに入っていた|二箱に分かれていた"),
        "es": ("Abrí la caja y la {item}|El paquete|La {item} que devolví", "venía con tres capas, ni un rasguño|llegó seca a pesar de la tormenta|traía una pieza de menos y al día siguiente la mandaron", "estaba partida en dos|llegó empapada|sigue sin aparecer y nadie responde|llegó aplastada y rechazaron la reclamación", "venía en una caja de cartón|viene en dos bultos")},
    "refund": {
        "zh": ("{when}申请了退货，|{item}不合身退了，|寄回去之后，|钱", "{soon}就原路退回来了|取件的人{soon}就上门，运费也没让我出|没问理由，直接退|一句废话没有，全额退", "{wait}了一分没见着|先说三天，再说七天，现在说查不到|扣了{money}手续费才退|来回寄了{times}，还要我补照片|只肯给券", "要走原来的支付方式|七天内可以申请|要先填单号|退到余额还是卡里？"),
        "en": ("Sent the {item} back and|{when} I asked for a refund,|The money|Return of the {item}:", "had the full amount back within {soon}|nobody asked why, it was simply paid|they picked it up at the door and paid the postage|was on my card before the parcel reached them", "is still missing after {wait}|they want photos for the third time|they kept {money} for handling|first three days, then seven, now nobody can find it|all they offer is a voucher", "goes to the original card|needs the order number|can be asked for within fourteen days|does it go to the balance or the card?"),
        "ja": ("{item}を返品したら|返金を頼んだら|お金は", "{soon}で全額戻った|理由も聞かれず返ってきた|玄関まで取りに来て送料もかからなかった", "{wait}たっても戻らない|手数料{money}を引かれた|三度目の写真を求められた|クーポンしか出せないと言われた", "元のカードに戻ります|七日以内に申し込みます|注文番号が必要です"),
        "es": ("Devolví la {item} y|{when} pedí el reembolso:|El dinero", "en {soon} tenía todo de vuelta|nadie preguntó por qué, lo abonaron y ya|lo recogieron en casa y pagaron el envío", "sigue sin llegar después de {wait}|se quedaron con {money} por gestión|me piden fotos por tercera vez|solo ofrecen un vale", "vuelve a la tarjeta original|hace falta el número de pedido")},
    "support": {
        "zh": ("打了电话，|{when}在线问了一句，|半夜发的邮件，|客服", "一打就通，{soon}解决|天没亮就有人回，步骤写得清清楚楚|一个人从头跟到尾，没让我重复一遍|过了两天还回电话问好没好|替我把后面的步骤都办完了", "响了{hours}没人接|转了{times}，每次都要从头说|复制粘贴同一句话|发了{times}，石沉大海|说会回电，{wait}了|只会说请耐心等待", "上班时间是九点到六点|要先报单号|有电话和在线两种|请问人工怎么转"),
        "en": ("Rang the helpline,|{when} I wrote to support and|Emailed at midnight,|The chat agent", "a person picked up on the first ring and sorted it in {soon}|had an answer with clear steps before breakfast|one person saw it through, I never had to repeat myself|rang back two days later to see if it still worked|did the rest of the form for me", "on hold for {hours}, then cut off|passed me on {times}, each one asked the same questions|pasted the same line again and again|no reply after {wait}|promised a call back, that was {wait} ago|told me to try again later, {times}", "they are open nine to six|asks for the order number first|there is phone and chat|how do I reach a person?"),
        "ja": ("電話したら|{when}問い合わせたら|夜中にメールしたら|担当の人は", "すぐつながって{soon}で片づいた|朝には手順つきの返事が来ていた|一人の人が最後まで見てくれた|二日後に様子を聞く電話までくれた", "{hours}待たされて切れた|{times}回され、毎回同じことを聞かれた|同じ文面が返ってくるだけ|返事が来ないまま{wait}|折り返すと言ったきり", "受付は九時から六時です|先に注文番号を聞かれます|電話とチャットがあります"),
        "es": ("Llamé y|{when} escribí a soporte y|Mandé un correo de noche;|El agente", "contestaron al primer tono y en {soon} quedó resuelto|por la mañana tenía los pasos explicados|una sola persona lo llevó hasta el final|llamó dos días después para ver si seguía bien", "{hours} en espera y se cortó|me pasaron de uno a otro {times}|copia y pega la misma frase|{wait} sin respuesta|dijo que llamaría, hace {wait}", "atienden de nueve a seis|pide primero el número de pedido")},
    "staff": {
        "zh": ("进店{who}|{when}去店里，店员|带着孩子去，|问路的时候，", "没等开口就搬来了椅子|放下手里的活陪着找了一圈|看外面下雨，塞给我一把伞|记得上次说过的尺码|蹲下来给孩子系好了鞋带", "抬头看了一眼继续玩手机|让我们自己翻|话没说完就走开了|当着客人的面吵架|翻了个白眼|说没有，其实就在架子上", "穿蓝色制服|一共三个人当班|在门口发号"),
        "en": ("The man at the desk|{when} in the shop a girl|We came in with a pram and they|I asked the way and the guard", "fetched a chair before we asked|dropped what he was doing and walked me there|saw the rain and lent us an umbrella|remembered the size from last time|stayed past closing until it was done", "looked up once and went back to his screen|walked off while I was talking|told us to look for it ourselves|rolled her eyes|said there was none; it was on the shelf behind him|argued with a colleague in front of everyone", "wears a blue uniform|hands out numbers at the door|works there on Mondays"),
        "ja": ("店に入ると|受付の人は|子連れで行ったら|場所を聞いたら", "言う前に椅子を出してくれた|手を止めて案内してくれた|雨を見て傘を貸してくれた|前回のサイズを覚えていた", "一度見てまたスマホに戻った|話の途中でいなくなった|自分で探してと言われた|ないと言われたが棚にあった", "青い制服を着ている|三人で回している"),
        "es": ("El del mostrador|{when} en la tienda una chica|Entramos con el carrito y", "trajo una silla antes de pedirla|dejó lo que hacía y me acompañó|vio la lluvia y nos prestó un paraguas|se acordaba de mi talla", "levantó la vista y siguió con el móvil|se fue a media frase|nos mandó a buscarlo solos|dijo que no quedaba y estaba en el estante", "lleva uniforme azul|reparte números en la puerta")},
    "queue": {
        "zh": ("{when}去窗口办，|取号之后，|周末中午去，", "前面就两个人，{soon}办完|还没坐下就叫到我了|多开了两个窗口，队一下就没了", "站了{hours}|八个窗口开一个|叫到我的时候下班了|排到跟前说系统停了", "前面有六个人|在二楼取号|分两排"),
        "en": ("At the counter|{when} at the desk|Saturday noon,", "there were two ahead of me and I was out in {soon}|my number came up before I sat down|they opened two more tills and the line was gone", "we stood for {hours}|one till open out of eight|my number came up and they closed|I got to the front and the system was down", "there were six people ahead|you take a number on the first floor"),
        "ja": ("窓口で|土曜の昼、|番号を取ったら", "座る前に呼ばれた|二人しかおらず{soon}で終わった|窓口を増やしてくれて列が消えた", "{hours}立ちっぱなし|八つのうち一つしか開いていない|順番が来たら受付終了だった", "前に六人いた|二階で番号を取る"),
        "es": ("En el mostrador|El sábado al mediodía|Cogí número y", "había dos delante y salí en {soon}|me llamaron antes de sentarme|abrieron dos cajas más y la cola desapareció", "estuvimos {hours} de pie|una caja abierta de ocho|me tocó y cerraron", "había seis personas delante|el número se coge arriba")},
    "cancelled": {
        "zh": ("约好的{when}，|{when}订好的，|出门前", "他们临时有事，主动换了更大的还不加钱|改到下午，还补了一张券|提前一天就打电话说明，当场给了新时间", "一条短信说取消就取消|等到人都到了才说没了|取消了{times}，钱还压着|改到下个月，问都没问", "改成了下午三点|现在可以约下周|能不能换到周四"),
        "en": ("Our slot on Friday|The visit we booked|An hour before we left", "they had to move it, gave us a bigger one at no cost|was moved and a credit came with the apology, unasked|they rang the day before and offered three other times", "was called off by text, no reason|it was off, and we were already at the door|they cancelled, for the {times} running|got moved to next month without asking, and they hold the money", "is now at three|can be moved to Thursday?|next week is open"),
        "ja": ("予約していた日が|出かける前に|金曜の予約は", "先方の都合で変わったが、広い部屋にしてくれた|前日に電話があり別の日をすぐ決めてくれた", "メール一本で取り消された|着いてから無理だと言われた|断りなく来月に回された", "三時に変わった|木曜に変えられますか"),
        "es": ("La cita del viernes|Lo que reservamos|Una hora antes de salir", "la cambiaron y nos dieron algo mejor sin coste|avisaron el día antes y ofrecieron tres horas", "la cancelaron con un mensaje, sin motivo|nos lo dijeron ya en la puerta|la pasaron al mes que viene sin preguntar", "pasa a las tres|¿se puede pasar al jueves?")},
    "booking": {
        "zh": ("{when}订位，|改了一下日期，|付款的时候|网上预约，", "点两下就好了|没收一分钱，{soon}就确认了|卡号填错了，页面直接帮我标出来|上次的资料都留着，不用再填", "填到最后一步全清空|页面转圈，钱扣了订单没有|改个日期要交{money}|试了{times}都说出错|明明有位却点不动", "要填手机号|可以选靠窗|要提前一天|支持哪些卡"),
        "en": ("Booked online,|I moved the date and|Checkout:|At the payment page", "two taps and it was done|no fee, confirmed in {soon}|it kept everything from last time, nothing to type|it caught my typo before I paid", "it wiped the form at the last step|the page hung, money gone, no booking|changing the date cost {money}|it failed {times} with an error code|shows seats and will not let you pick one", "you enter a number|you pick the seat|needs a day's notice|which cards do they take?"),
        "ja": ("ネットで予約したら|日付を変えたら|支払い画面で", "二回押すだけで終わった|手数料なしで{soon}で確定した|前回の情報が残っていて入力いらず", "最後に全部消えた|止まったのにお金だけ引かれた|変更に{money}取られた|{times}やってもエラー", "電話番号を入れます|席を選べます|前日までです"),
        "es": ("Reservé por la web:|Cambié la fecha y|En la página de pago", "dos toques y listo|sin comisión, confirmado en {soon}|guardó mis datos, nada que escribir", "borró el formulario en el último paso|se colgó, cobró y no hay reserva|cambiarla cuesta {money}|falló {times}", "hay que poner el teléfono|se elige asiento")},
    "app": {
        "zh": ("更新之后|打开软件|{who}装上以后|换了手机，", "点进去就是要找的东西|不用教自己就会了|以前要翻五页，现在首页就有|{soon}同步完，一条没丢|老手机也不卡", "点开就退|转圈转{hours}|记录全没了|改来改去，找个订单要点七下|每天弹{times}|验证码永远收不到", "在设置里第二项|版本是三点几|支持深色吗|需要联网"),
        "en": ("Since the update|{who} installed it and|New device:|The home page", "everything I need is on the first screen|needed no help from me|it restored the lot in {soon}, nothing missing|what took five screens takes one|it runs on my ancient tablet, no lag", "it closes as soon as it opens|it spins for {hours}|all my history is gone|it takes seven taps to find an order|it pops up {times} a day|the code never comes", "it is the second item in settings|it needs a connection|does it have a dark mode?|it is version three"),
        "ja": ("更新したら|開くと|{who}が入れたら|機種変更しても", "最初の画面に全部ある|教えなくても使えていた|{soon}で引き継げて何も消えなかった|五画面が一画面で済むようになった", "開くとすぐ落ちる|ずっと読み込み中|履歴が全部消えた|注文を探すのに七回押す|コードが届かない", "設定の二番目にあります|通信が必要です|暗い画面にできますか"),
        "es": ("Desde la actualización|{who} la instaló y|Cambié de móvil y|La pantalla de inicio", "todo lo que busco está en la primera pantalla|no necesitó ayuda|lo recuperó todo en {soon}|lo que eran cinco pantallas es una", "se cierra nada más abrirla|se queda cargando {hours}|ha borrado mi historial|el código no llega nunca|hay que pulsar siete veces", "está en ajustes|necesita conexión|¿tiene modo oscuro?")},
    "price": {
        "zh": ("结账的时候|同样的{item}|算下来|会员价", "比我预想的少了{money}|别家要贵{money}|没开口就自动减了|一年没涨过|用了三年，摊下来一天几毛", "比上个月多了{money}|门口写的和收的不是一个数|券要满八百才能用|领完券反而比原价高|买完第二天降了{money}", "是{money}|按月算|学生有折扣吗"),
        "en": ("At the till|The same {item}|All told it|The plan", "came to {money} less than I had reckoned with|costs {money} more everywhere else|took the discount off by itself|has not gone up in three years|works out at pennies a day", "came to {money} more than on the shelf|went up by {money} again|dropped by {money} the day after I paid|needs an $800 basket before the code works|is now half the size for the same money", "is {money}|is paid monthly|is there a student rate?"),
        "ja": ("会計したら|同じ{item}が|合計は", "思っていたより{money}安かった|よそより{money}安い|言わなくても割引されていた|三年間据え置き", "棚の値段より{money}高かった|また{money}上がった|買った翌日に{money}下がった|八千円以上でないと使えないクーポン", "{money}です|月払いです|学割はありますか"),
        "es": ("En caja|La misma {item}|En total", "fueron {money} menos de lo que calculaba|cuesta {money} más en otros sitios|aplicaron el descuento solos|no ha subido en tres años", "fueron {money} más que en la etiqueta|ha vuelto a subir {money}|al día siguiente bajó {money}|el código solo vale a partir de 300", "son {money}|se paga al mes")},
    "billing": {
        "zh": ("看了账单，|{when}扣款，|每月", "一分不差，每笔都标了用途|多扣的{money}没等我发现就退了|该免的都免了，没有别的名目", "同一笔扣了{times}|莫名多出{money}|没开过的项目在收钱|说免费，第二个月开始扣", "五号出账|用余额扣|发票怎么开"),
        "en": ("On the bill|{when} they charged me and|Each month", "every line says what it is for, to the cent|the {money} too much was back before I noticed|no fees beyond what was agreed", "the same order shows up {times}|there is {money} nobody can explain|I pay for an extra I never ordered|free it said, then {money} a month", "it comes on the fifth|it is taken from the balance|how do I get an invoice?"),
        "ja": ("明細を見たら|{when}の引き落とし、|毎月", "一円まで内訳が書いてあった|多かった{money}が気づく前に戻っていた|約束以外の手数料はない", "同じ注文で{times}引かれていた|覚えのない{money}がある|無料のはずが翌月から引かれた", "五日に出ます|残高から引かれます"),
        "es": ("En la factura|{when} me cobraron y|Cada mes", "cada línea dice para qué es|los {money} de más volvieron antes de darme cuenta|ni un gasto fuera de lo acordado", "sale el mismo pedido {times}|hay {money} que nadie explica|decían gratis y cobran {money}", "llega el día cinco|se carga al saldo")},
    "quality": {
        "zh": ("{item}用了半年，|洗了二十次，|{who}用的{item}|拆开一看，", "和新的一样|一点没松|颜色跟图上一个样|摔过两回照样走|已经给家里每人配了一个|天天用，一次毛病没有", "底下裂了|第二次用就掉漆|缝线开了|颜色跟图上是两个东西|充一晚上只能用半小时|按了没反应", "是灰色的|有两个尺寸|是棉的|说明书在底下"),
        "en": ("Half a year on, the {item}|Twenty washes later it|The {item} {who} uses|Out of the box it", "is like the day I got it|has not lost its shape|looks just as in the picture|was dropped twice and still runs|has not failed once, and it is used daily|is now on every desk in our office", "has a crack underneath|shed its paint on the second use|came apart at the seam|looks nothing like the picture|lasts half an hour on a full charge|stopped responding", "is grey|comes in two sizes|is made of cotton|has the manual underneath"),
        "ja": ("半年使った{item}、|二十回洗っても|{who}の{item}は|開けてみたら", "新品のまま|形が変わらない|写真と同じ色だった|二度落としても動いている|毎日使って一度も止まらない", "底にひびが入った|二回目で塗装がはげた|縫い目がほどけた|写真とは別物だった|充電しても三十分しかもたない", "灰色です|二つの大きさがあります|綿です"),
        "es": ("Medio año después, la {item}|Tras veinte lavados|La {item} de {who}", "está como el primer día|no ha perdido la forma|es igual que en la foto|se cayó dos veces y sigue andando", "tiene una grieta|se despintó al segundo uso|se descosió|no se parece a la foto|dura media hora", "es gris|viene en dos tallas")},
    "opening": {
        "zh": ("{when}注册，|给{who}开通，|验证身份，|填资料", "拍张照，{soon}就过了|坐着没动就办好了|不用跑腿，不用复印|一共就填了四个框|一遍就过", "拍了{times}都说看不清|{wait}还在审核|填完报错又从头来|非要去现场，到了又说缺材料|不给理由就拒了", "要准备证件|年满十八|可以用邮箱吗"),
        "en": ("Signed up during lunch:|{when} I opened one for {who},|The identity check|Registration", "one photo and it was through in {soon}|did it from the sofa, nothing to print|four boxes to fill in and that was it|went through first time", "refused my photo {times}|is still pending after {wait}|threw an error at the end and I started over|made me come in, then a paper was missing|was turned down without a reason", "asks for an ID|is for over-eighteens|can I use an e-mail address?"),
        "ja": ("{when}登録したら|本人確認は|{who}の分を申し込んだら", "写真一枚で{soon}で通った|家から出ずに終わった|四か所入れるだけだった|一度で通った", "{times}撮り直しになった|{wait}たっても審査中|最後にエラーで最初から|店まで行ったら書類が足りないと言われた", "身分証が必要です|十八歳からです"),
        "es": ("Me di de alta:|{when} abrí una para {who} y|La verificación", "una foto y en {soon} estaba|lo hice desde el sofá, sin imprimir nada|cuatro casillas y ya", "rechazó la foto {times}|sigue pendiente desde hace {wait}|dio error al final y a empezar de nuevo|me hicieron ir y faltaba un papel", "pide el documento|es para mayores de edad")},
    "repair": {
        "zh": ("报修以后，|师傅|{item}送去修，|坏了的{item}", "{soon}就到，顺手把隔壁的也弄好了|没收钱，还换了个新零件|修完到现在一年没再犯|没修，直接给了台新的", "约了{times}没来|修完三天又坏了|放那儿{wait}没人动|拆开说修不了，还收了{money}", "周三上门|要带发票|零件要订"),
        "en": ("The technician|Took the {item} in and|The broken {item}|Fault reported,", "was here in {soon} and fixed a second thing while at it|they replaced it on the spot, no charge|has run for a year since without a hitch|was swapped for a new one, no forms", "failed to show up {times}|it broke again three days later|has been on their bench for {wait}|they opened it, gave up and billed {money}", "comes on Wednesday|needs the receipt|a part is on order"),
        "ja": ("修理を頼んだら|来た人は|壊れた{item}は", "{soon}で来て、ついでに隣も直してくれた|その場で新品に替わった|直してから一年止まらない", "{times}約束をすっぽかされた|三日でまた壊れた|{wait}預けたまま|開けただけで{money}取られた", "水曜に来ます|部品を取り寄せます"),
        "es": ("El técnico|Llevé la {item} y|La {item} averiada", "llegó en {soon} y de paso arregló otra cosa|la cambiaron por una nueva en el acto|un año después sigue andando", "faltó {times}|volvió a fallar a los tres días|lleva {wait} en el taller|la abrieron y cobraron {money}", "viene el miércoles|hay que llevar el recibo")},
    "quitting": {
        "zh": ("想停掉，|退订|到期了|不续了，", "点一下就停了，剩下的钱也退了|没人劝，没弹窗|提前一周提醒我，没有偷偷续", "藏在第六层菜单里|停了{times}下个月照扣|必须打电话，电话又没人接|没提醒就扣了一整年", "到月底为止|要提前三天|停了资料还在吗"),
        "en": ("Stopped the plan:|Cancelling|The renewal|I wanted out and", "one tap and the unused part came back|no questions, no begging screens|they wrote a week ahead so I could decide", "is hidden six menus deep|took a call, and nobody answers|I cancelled {times} and still get charged|took a whole year's fee with no warning", "runs to the end of the month|needs three days' notice|do I keep my data?"),
        "ja": ("解約は|更新の前に|やめようとしたら", "一回押すだけで残りも返ってきた|引き止めも何もなかった|一週間前に知らせてくれた", "六階層も奥にある|電話だけで、それもつながらない|{times}止めても引かれる|知らせもなく一年分引かれた", "月末までです|三日前までです"),
        "es": ("Darme de baja|La renovación|Quise dejarlo y", "fue un toque y devolvieron lo no usado|avisaron una semana antes|nadie insistió", "está escondido en el sexto menú|solo por teléfono, y nadie contesta|lo cancelé {times} y siguen cobrando|cobró el año entero sin avisar", "es hasta fin de mes|pide tres días")},
    "size": {
        "zh": ("按表买的{item}|{who}平时穿中码，|换了一个码|下单前问了尺寸，", "穿上正好，袖子都不用改|腰、肩、长度一处没动|照着试衣的人的身高选，一次就对", "大了两个码|扣子扣不上|同一个码两件差三厘米|图上到脚踝，我穿到小腿|换了{times}还是不对", "有五个码|表在页面最下面|身高一米六选哪个"),
        "en": ("Went by the chart:|{who} is a medium and|I measured myself and", "it needed no alteration at all|fits at waist and shoulder, both, first go|the sleeve ends right where it should", "it is two sizes out|the buttons do not meet|two of the same size differ by an inch|we have swapped it {times} and it is still off", "there are five sizes|the chart is at the bottom|which one for someone of 160 cm?"),
        "ja": ("表のとおりに買ったら|{who}は普段Ｍで|採寸して頼んだら", "直しなしでぴったり肩に収まった|一回で合った|袖の長さもそのままで着られた", "二つも大きかった|ボタンが留まらない|同じサイズなのに三センチ違う", "五種類あります|表は一番下にあります"),
        "es": ("Según la guía|{who} usa la M y|Me medí y", "no hubo que arreglar nada|acertamos a la primera", "salió dos tallas grande|los botones no cierran|la cambiamos {times} y nada", "hay cinco tallas|¿cuál para 1,60?")},
    "advert": {
        "zh": ("看到广告，|地铁里的广告|宣传页上写的|短信里的活动", "我照着去，真是那个价|一集没快进，看完还转给了{who}|写什么给什么，没有小字|看完笑了一路", "点进去是另一回事|一天能看见{times}|底下一行小字把前面全否了|关都关不掉|说送，填完资料没下文", "在二号线|挂到月底|代言人是谁"),
        "en": ("Saw the advert and|The poster|That clip|The mail said a gift and", "went in: it really was that price|I let it run to the end and sent it to {who}|it was there in the parcel, no catch|had us laughing in the kitchen", "it turned out to be something else entirely|pops up {times} an evening|takes it all back in the small print|cannot be closed|I filled in the form and never heard again", "is on the second line|runs to the end of the month|who is the singer?"),
        "ja": ("広告を見て|あの動画は|案内に書いてあった特典は", "行ってみたら本当にその値段だった|最後まで見て{who}にも送った|条件なしでもらえた", "開いたら別の話だった|一晩に{times}出てくる|小さい字で全部打ち消していた|閉じられない", "月末までです|地下鉄にあります"),
        "es": ("Vi el anuncio y|El vídeo|Decían regalo y", "fui: era ese precio de verdad|lo vi entero y se lo pasé a {who}|venía en la caja, sin truco", "al entrar era otra cosa|sale {times} cada noche|la letra pequeña lo desmiente|rellené todo y nunca más se supo", "dura hasta fin de mes")},
    "points": {
        "zh": ("积分|会员日|攒了一年，|生日那天", "直接抵了{money}|换到了一直想要的那个|自动翻倍，没让我领|收到一张没有门槛的券|过期前提醒了我{times}", "一夜清零|要用的时候说不参加|换的东西永远缺货|降了等级，也没人说一声|攒了一年只够抵一块钱", "月底到账|在我的页面里看|可以转给家人吗"),
        "en": ("My points|On member day|After a year of saving them up", "took {money} off without asking|got me the thing I had my eye on|doubled by themselves|there was a voucher with no strings", "went to zero overnight|never count on what I buy|only get you things out of stock|come to a single dollar|my level dropped and nobody said a word", "are added at month's end|can be given to family?"),
        "ja": ("ポイントが|会員の日に|一年ためたら", "自動で{money}引かれた|ほしかった物に替えられた|条件なしの券が届いた", "一晩でゼロになった|使おうとしたら対象外だった|交換品はいつも在庫切れ", "月末に付きます|家族に移せますか"),
        "es": ("Los puntos|El día de socios|Tras un año juntándolos", "me descontaron {money} solos|me dieron lo que quería|llegó un vale sin condiciones", "se borraron de un día para otro|nunca valen para lo que compro|dan para un euro", "se suman a fin de mes")},
    "pairing": {
        "zh": ("跟手表连接，|换了新设备|第一次配对|数据同步", "靠近就连上了|打开盖子它自己认出来了|三年的记录全过来了|在地下室也没断过", "试了{times}搜不到|走两步就断|昨天的记录没了|每次都得重新来一遍", "要开蓝牙|支持哪些型号|一次连一个"),
        "en": ("Pairing it|The new device|I opened the lid and|Sync", "took one tap|knew the old one and pulled three years of records over|it was already connected|works even in the basement", "failed {times}|drops when I walk two steps|lost all of yesterday|has to be set up again every single time", "needs bluetooth on|which models work?|handles one at a time"),
        "ja": ("接続は|新しい機器でも|ふたを開けたら", "近づけるだけでつながった|三年分の記録がそのまま移った|もうつながっていた", "{times}試しても見つからない|二歩離れると切れる|昨日の記録が消えた", "ブルートゥースが要ります|一台ずつです"),
        "es": ("Emparejarlo|El aparato nuevo|La sincronización", "fue un toque|se trajo tres años de registros|no se corta ni en el sótano", "falló {times}|se corta a dos pasos|perdió lo de ayer", "necesita bluetooth")},
    "transfer": {
        "zh": ("给{who}汇钱，|{when}转账|跨行转|工资", "按完对方手机就响了|没收手续费|节假日半夜也到|汇率比牌价还多给了{money}", "{wait}没到，两边都说不知道|限额卡住，房东等着|退回来还扣了{money}|莫名其妙被冻住了|一天只让转两千", "下个工作日到|每天有限额|要填对方银行吗"),
        "en": ("Sent money to {who}:|{when} I made a transfer and|My pay", "it pinged on the other side before I put the phone down|there was no fee at all|is there at midnight, on a holiday too|more arrived than I had worked out", "it has been {wait}, neither bank knows|it hit a limit with the landlord waiting|it bounced and they kept {money}|got frozen, no reason given", "arrives next working day|has a daily limit|do I need their bank code?"),
        "ja": ("{who}に送金したら|振込は|給料は", "すぐ相手に届いた|手数料がかからなかった|祝日の夜中でも届いた", "{wait}たっても届かない|限度額で止まった|戻ってきて{money}引かれた|理由もなく止められた", "翌営業日です|一日の上限があります"),
        "es": ("Mandé dinero a {who}:|La transferencia|La nómina", "le sonó el móvil al momento|no cobraron nada|entra de noche y en festivo", "lleva {wait} y ningún banco sabe|chocó con el límite|volvió y se quedaron {money}|la bloquearon sin motivo", "llega el siguiente día hábil|¿hace falta el código?")},
    "lessons": {
        "zh": ("跟着课练了一个月，|老师|第一节课|{who}报的班", "会先讲为什么再做|膝盖不响了|每个人都走到跟前看过一遍|爬六楼不喘了|把我卡了半年的那步讲通了", "全程念稿|到点就走，问题一个没答|开头就跳到最难的|三节课讲同一页|一半时间在推销", "每周二上|四十分钟|要带垫子吗"),
        "en": ("A month of the classes and|The teacher|First lesson:|{who} took the course and", "my knee stopped clicking|I walk up six floors without stopping|she came round to each of us|the step I was stuck on for half a year fell into place", "he read from the slides throughout|left on the dot, not one question answered|it jumps straight to the hardest part|half of it is a sales pitch", "is on Tuesdays|lasts forty minutes|do I bring a mat?"),
        "ja": ("一か月続けたら|先生は|最初の授業で", "膝が鳴らなくなった|一人ずつ見て回ってくれた|半年つまずいていた所が通じた", "原稿を読むだけ|質問に答えず帰った|半分は勧誘だった", "火曜にあります|四十分です"),
        "es": ("Un mes de clases y|La profesora|Primera clase:", "la rodilla ya no me cruje|pasó por cada uno de nosotros|entendí lo que llevaba medio año sin entender", "leyó las diapositivas|se fue sin contestar una pregunta|la mitad fue publicidad", "es los martes|dura cuarenta minutos")},
    "search": {
        "zh": ("搜{item}，|看图选的{item}|问有没有货，|两款对比", "第一个就是要找的|每个角度都有图，缝线都看得见|说没有，顺手告诉我哪家有|优缺点列得明明白白，连自己的短处都写", "出来全是不相干的|图上三个，到手一个|写着有货，付完款说没有|参数全是错的", "有二十几款|可以按颜色筛|这两个差在哪"),
        "en": ("Searched for a {item} and|The listing|Asked if they had it and|The comparison page", "the first hit was the one|shows every seam from all sides|they told me which rival had it|lists its own weak points too", "got pages of something else|shows three, you get one|says in stock until you have paid|has the figures wrong", "has some twenty models|can be filtered by colour|what is the difference between the two?"),
        "ja": ("{item}を探したら|商品ページは|在庫を聞いたら", "一番目に出てきた|縫い目まで写真がある|ほかの店の在庫まで教えてくれた", "関係ない物ばかり出る|払ってから在庫なしと言われた|数字が全部違っていた", "二十種類ほどあります|色で絞れます"),
        "es": ("Busqué una {item} y|La ficha|Pregunté si había y", "salió la primera|se ve hasta la costura|me dijeron qué otra tienda la tenía", "salió cualquier cosa|pone en stock hasta que pagas|trae mal los datos", "hay unos veinte modelos")},
    "place": {
        "zh": ("进门|房间|靠窗那桌|洗手间", "拖鞋已经烘热了|隔壁装修，里面一点听不见|地上能照见人|插座就在手边|孩子一进去就不肯走", "有股霉味|空调一开滴水|隔壁说话听得一清二楚|桌子是黏的|头发没人扫", "在三楼|朝北|能坐四个人"),
        "en": ("The room|We walked in and|The table by the window|The washroom", "was already warm|the kids would not leave|let no sound in though they were building next door|had sockets within reach|was spotless at closing time", "smelled of mould|dripped as soon as the cooling was on|lets you hear every word next door|was sticky|had someone's hair in it", "is on the third floor|faces north|seats four"),
        "ja": ("部屋は|入ると|窓際の席は", "もう暖めてあった|隣が工事でも静かだった|床が光っていた|子どもが帰りたがらなかった", "かび臭かった|冷房から水が垂れた|隣の声が全部聞こえる|机がべたついていた", "三階です|四人座れます"),
        "es": ("La habitación|Entramos y|La mesa de la ventana", "ya estaba caliente|los niños no querían irse|no se oía la obra de al lado", "olía a moho|goteaba el aire|estaba pegajosa|se oye todo lo del vecino", "está en el tercero|es para cuatro")},
    "privacy": {
        "zh": ("有人在外地刷我的卡，|注册之后|半夜|我的号码", "当场就拦下了|钱一分没少，卡当天补上|打电话来核对，问了两句就放行|这么多年没接过一个推销电话", "一天接{times}推销电话|短信里连我的地址都有|被盗刷，让我自己报警|密码给我重置了，谁干的查不出", "要绑定手机|可以关掉提醒吗"),
        "en": ("Someone used my card abroad and|Since I signed up|At two in the morning", "they stopped it on the spot|not one sales call in years|they checked with me, two questions, and put it through|a new one was in the post the same day", "I get {times} sales calls a day|strangers text me by name and address|they told me to go to the police myself|my password was changed and nobody can say by whom", "you link a number|can alerts be turned off?"),
        "ja": ("海外で勝手に使われたが|登録してから|夜中に", "その場で止めてくれた|勧誘電話は一度もない|確認の電話をくれて、お金は一円も減らなかった", "一日に{times}勧誘が来る|住所まで知られていた|自分で警察へと言われた", "電話番号を登録します"),
        "es": ("Usaron mi tarjeta fuera y|Desde que me registré|De madrugada", "lo pararon en el acto|ni una llamada de ventas|me llamaron a comprobarlo y no perdí nada", "me llaman {times} al día|saben mi nombre y dirección|me mandaron a la policía", "hay que vincular un número")},
}

# Questions, plans and plain facts: neutral, of no topic in particular.
PLAIN = {
    "zh": "请问{item}有几个颜色？|想问一下周末上班吗|准备给{who}买个{item}，在看两家|有没有人两种都用过，差别大吗|{when}去过一次，在地铁口左边|现在是第三代了，前两代没用过|求推荐一款{item}，预算{money}|听说下个月要改名|他们家最早是做{item}的|这个和去年那款是一个厂吗|我一般{when}下单|刚装上，还没开始用|{who}也有一个，颜色不一样|有人一起拼单吗|营业时间改成十点到八点了|怎么改收货地址？|我填的是公司地址|表格在第二页|第一次来，先看看|一共有三家分店|{when}要开会，改天再去|套餐里包含两样东西|截图发群里了，大家自己看|等{when}有空再研究",
    "en": "Does the {item} come in other colours?|Are they open on Sundays?|Thinking of getting {who} a {item}, looking at two|Has anyone used both? What is the difference?|It is left of the station exit|This is the third version, I never had the first two|Which {item} for about {money}?|I hear they change the name next month|They started out making a {item}|I usually order at night|Just installed it, have not used it yet|{who} has one in another colour|Anyone up for a shared order?|Opening hours are ten to eight now|How do I change the address?|I gave the office address|The form is on page two|First visit, just looking|There are three branches|The plan has two parts in it|Screenshot is in the group chat|I will look into it when I have time|Is this from the same factory as last year's?|Posting this so I find it again",
    "ja": "{item}は何色ありますか|日曜もやっていますか|{who}に{item}を買おうと思って二つ見ている|両方使った人いますか、違いは？|駅を出て左にある|三代目だそうで前のは知らない|{money}くらいの{item}を探しています|来月名前が変わるらしい|もとは{item}の会社だった|いつも夜に注文している|入れたばかりでまだ使っていない|{who}は色違いを持っている|十時から八時に変わった|住所はどう変えますか|用紙は二ページ目にある|初めてなので見ているだけ|店は三つある|あとで読むために書いておく",
    "es": "¿La {item} viene en otros colores?|¿Abren los domingos?|Pienso comprar una {item} a {who}, miro dos|¿Alguien ha usado las dos? ¿En qué se diferencian?|Está a la izquierda del metro|Es la tercera versión, las otras no las tuve|¿Qué {item} por {money}?|Dicen que cambia de nombre|Suelo pedir de noche|La acabo de instalar, aún no la uso|El horario es de diez a ocho|¿Cómo cambio la dirección?|El formulario está en la página dos|Primera visita, solo miro|Hay tres tiendas|Lo apunto para luego",
}

# What may stand before and after an account, by mood: what was expected, and what came of it. Empty for plain facts.
FRAMES = {
    "zh": ({"good": "本来以为要折腾半天，结果|没抱什么希望，|以前在别家最怕这个，这次|都做好吵架的准备了，|听说很麻烦，其实|一开始还不信，", "bad": "说好的，结果|当初冲着口碑来的，|本来想省心，|信了他们，|以前不这样，现在|付钱的时候说得好好的，"},
           {"good": "，已经让{who}也来了|，续了一年|，省下的时间睡了个午觉|，这下不用操心了|，下次还找他们|，给{who}也办了一个|，就凭这个我不换了", "bad": "，我已经换别家了|，这就是你们说的保障？|，谁来管管|，最后还是我自己弄的|，再有下次就销号|，不知道钱花哪了|，{who}劝我算了", "neutral": "，记一下|，有人知道吗|，先这样"}),
    "en": ({"good": "I was braced for a fight, but |Did not expect much; |Elsewhere this is a nightmare, here |Everyone warned me, yet |Used to dread this. Now ", "bad": "They promised, and then |I came for the good name, and |It used to be fine, now |I took their word for it; |All smiles until you pay, then "},
           {"good": ", so I signed {who} up too|, renewed for a year|, had time left for a nap|, one thing less to think about|, not switching after that|. That is how it is done", "bad": ", so I am with someone else now|. This is what you call support?|, in the end I did it myself|. One more time and I close the account|, no idea what I pay for|. Can anybody from there explain?", "neutral": ", for the record|, in case anyone asks|, so far"}),
    "ja": ({"good": "面倒だと思っていたのに、|期待していなかったけど、|よそでは一日仕事なのに、ここでは|身構えていたら、", "bad": "評判を信じたのに、|約束していたのに、|前は普通だったのに、今は|払うまでは調子がよかったのに、"},
           {"good": "、{who}にも使わせている|、一年延長した|、もうよそには戻れない|、浮いた時間で昼寝した", "bad": "、もうよそに変えた|、結局自分でやった|、次があったら解約する|、何にお金を払っているのか", "neutral": "、念のため|、今のところ"}),
    "es": ({"good": "Iba preparado para discutir y |No esperaba gran cosa; |En otros sitios es una odisea, aquí ", "bad": "Lo prometieron y |Vine por la fama y |Antes iba bien, ahora "},
           {"good": ", así que apunté a {who}|, renové un año|, una cosa menos en la cabeza", "bad": ", ya me he ido a otro|, al final lo hice yo|, a la próxima me doy de baja", "neutral": ", por si alguien pregunta"}),
}
