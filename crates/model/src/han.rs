//! Simplified or traditional Chinese, told by characters that only one of the two writes.

use std::{collections::HashMap, sync::LazyLock};

/// How a Chinese text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HanForm {
    /// As in mainland China and Singapore.
    Simplified,
    /// As in Taiwan, Hong Kong and Macao.
    Traditional,
}

/// Common characters in pairs, simplified before traditional. Pairs whose simplified form is also a traditional
/// character of its own (后, 里, 只, 台, 面) are left out.
const PAIRS: &str = "们們个個这這说說时時来來为為对對会會过過发發还還没沒么麼东東车車问問间間开開关關门門见見现現觉覺\
    买買卖賣钱錢贵貴价價费費质質员員态態务務应應该該给給让讓认認识識谁誰请請谢謝话話语語词詞课課读讀写寫书書\
    单單订訂货貨运運输輸递遞达達迟遲进進远遠连連边邊转轉轻輕软軟较較载載辆輛号號码碼电電话話网網络絡线線\
    级級红紅绿綠纸紙细細终終结結统統经經续續绝絕组組织織练練约約纯純丝絲\
    馆館饭飯饮飲饿餓馒饅饼餅鸡雞鸭鴨鱼魚鲜鮮麦麥汤湯浓濃热熱烧燒烦煩烂爛灯燈点點\
    环環场場块塊坏壞声聲处處备備复復够夠头頭夹夾奖獎妈媽娱娛学學宝寶实實审審宽寬对對导導将將尔爾尝嘗层層\
    岁歲师師带帶帮幫库庫庆慶广廣庄莊张張强強归歸当當录錄总總惊驚惯慣怀懷恶惡恼惱爱愛户戶\
    扩擴扫掃报報护護担擔拥擁择擇换換据據损損摆擺数數断斷无無旧舊显顯晚晩暂暫术術机機杂雜权權条條极極构構\
    标標样樣档檔检檢楼樓欢歡气氣汇匯汉漢沟溝洁潔测測济濟浅淺润潤涨漲满滿滚滾滞滯灵靈灭滅炉爐\
    爷爺牵牽独獨狭狹猫貓献獻玛瑪画畫畅暢疗療痒癢盐鹽监監盖蓋盘盤矿礦码碼确確离離种種积積稳穩穷窮窝窩竞競\
    笔筆签簽简簡类類粮糧紧緊纪紀级級纹紋纳納练練细細绍紹绑綁给給罗羅罚罰职職联聯聪聰肤膚胆膽胜勝脏髒脑腦脚腳脸臉\
    药藥节節苹蘋萝蘿虑慮虽雖补補装裝观觀规規视視览覽触觸誉譽计計讨討训訓议議记記讲講许許论論设設访訪证證\
    评評试試诚誠误誤调調谈談谊誼贝貝负負责責败敗账賬贴貼赏賞赔賠赚賺赛賽赞讚赶趕趋趨跃躍踪蹤\
    辑輯办辦农農适適选選遗遺邮郵郑鄭酱醬医醫释釋钟鐘钢鋼钥鑰铁鐵银銀链鏈销銷锁鎖错錯键鍵镜鏡长長\
    闭閉闲閒闻聞阅閱队隊阳陽阴陰际際陆陸险險随隨难難雾霧静靜页頁顶頂项項顺順须須顾顧预預领領颜顏题題额額\
    风風飞飛马馬驾駕验驗骗騙骑騎鸟鳥黄黃齐齊龄齡龙龍龟龜亏虧亚亞产產亲親亿億仅僅从從仓倉们們优優伤傷传傳伟偉\
    体體侧側俩倆债債倾傾儿兒兑兌党黨兰蘭兴興养養兽獸内內写寫军軍农農冲沖决決况況冻凍净淨减減凭憑\
    则則刚剛创創删刪别別剂劑剧劇劝勸办辦动動劳勞势勢匀勻区區华華协協单單卫衛厂廠厅廳历歷压壓厌厭厨廚县縣参參双雙变變\
    叶葉吓嚇听聽启啟吗嗎员員响響哑啞唤喚团團园園围圍图圖圆圓国國垫墊墙牆壮壯壳殼备備奋奮妇婦";

/// Characters written only in Cantonese, which is written in traditional characters.
const CANTONESE: &str = "嘅咗唔喺哋冇嚟嗰啲佢咁乜嘢睇畀俾嗌攞";

static FORMS: LazyLock<HashMap<char, HanForm>> = LazyLock::new(|| {
    let sides = [HanForm::Simplified, HanForm::Traditional].into_iter().cycle();
    let cantonese = CANTONESE.chars().map(|c| (c, HanForm::Traditional));
    PAIRS.chars().zip(sides).chain(cantonese).collect()
});

/// The form of `text`, or `None` where nothing in it tells.
pub(crate) fn han_form(text: &str) -> Option<HanForm> {
    let (mut simplified, mut traditional) = (0_u32, 0_u32);
    for c in text.chars().filter(|c| crate::script::is_han(*c)) {
        match FORMS.get(&c) {
            Some(HanForm::Simplified) => simplified += 1,
            Some(HanForm::Traditional) => traditional += 1,
            None => {}
        }
    }
    match simplified.cmp(&traditional) {
        std::cmp::Ordering::Greater => Some(HanForm::Simplified),
        std::cmp::Ordering::Less => Some(HanForm::Traditional),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_pairs_and_no_character_is_both() {
        let characters: Vec<char> = PAIRS.chars().collect();
        assert_eq!(characters.len() % 2, 0);
        let side = |n: usize| characters.iter().skip(n).step_by(2).collect::<std::collections::HashSet<_>>();
        let both: Vec<_> = side(0).intersection(&side(1)).copied().copied().collect();
        assert!(both.is_empty(), "{both:?}");
    }

    #[test]
    fn the_form_shows_in_common_words() {
        assert_eq!(han_form("快递太慢了，客服也不回消息"), Some(HanForm::Simplified));
        assert_eq!(han_form("客服態度很好"), Some(HanForm::Traditional));
        assert_eq!(han_form("唔好食"), Some(HanForm::Traditional));
        assert_eq!(han_form("很好吃"), None);
    }
}
