//! The words of the picture, in the languages maps are shipped in.

use moodline_types::LayerState;

use crate::MapKind;

/// The words in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) net: &'static str,
    pub(super) interval: &'static str,
    pub(super) mentions: &'static str,
    pub(super) change: &'static str,
    pub(super) weeks: &'static str,
    pub(super) target: &'static str,
    pub(super) perceived: &'static str,
    pub(super) overall: &'static str,
    pub(super) positive: &'static str,
    pub(super) even: &'static str,
    pub(super) negative: &'static str,
    pub(super) not_measured: &'static str,
    pub(super) note: &'static str,
    pub(super) uncertain: &'static str,
    pub(super) run: &'static str,
    kinds: [&'static str; 4],
    too_few: &'static str,
    stale: &'static str,
    no_data: &'static str,
}

const ENGLISH: Words = Words {
    net: "Net sentiment",
    interval: "95 % interval",
    mentions: "Mentions (n)",
    change: "Change",
    weeks: "By week",
    target: "Target",
    perceived: "Team’s guess",
    overall: "Whole journey",
    positive: "positive",
    even: "even",
    negative: "negative",
    not_measured: "not measured yet",
    note: "Inferred by a model from public text; not a survey. Net sentiment runs from −100 (all negative) to +100 (all positive).",
    uncertain: "Too few or stale: read with care",
    run: "run",
    kinds: ["Current state", "Future state", "Day in the life", "Service blueprint"],
    too_few: "too few",
    stale: "stale",
    no_data: "no data",
};

const SIMPLIFIED: Words = Words {
    net: "净情感",
    interval: "95 % 区间",
    mentions: "提及数 (n)",
    change: "变化",
    weeks: "按周",
    target: "目标",
    perceived: "团队估计",
    overall: "整个旅程",
    positive: "正面",
    even: "持平",
    negative: "负面",
    not_measured: "尚未测量",
    note: "由模型根据公开文本推断，并非问卷调查。净情感从 −100（全部负面）到 +100（全部正面）。",
    uncertain: "样本过少或已过时：谨慎解读",
    run: "运行",
    kinds: ["现状", "未来状态", "生活中的一天", "服务蓝图"],
    too_few: "样本过少",
    stale: "已过时",
    no_data: "无数据",
};

const TRADITIONAL: Words = Words {
    net: "淨情感",
    interval: "95 % 區間",
    mentions: "提及數 (n)",
    change: "變化",
    weeks: "每週",
    target: "目標",
    perceived: "團隊估計",
    overall: "整段旅程",
    positive: "正面",
    even: "持平",
    negative: "負面",
    not_measured: "尚未測量",
    note: "由模型根據公開文字推斷，並非問卷調查。淨情感從 −100（全部負面）到 +100（全部正面）。",
    uncertain: "樣本過少或已過時：謹慎解讀",
    run: "執行",
    kinds: ["現況", "未來狀態", "生活中的一天", "服務藍圖"],
    too_few: "樣本過少",
    stale: "已過時",
    no_data: "無資料",
};

/// The words for a reader of `language`, English where there are none.
pub(super) fn words(language: &str) -> &'static Words {
    let lower = language.to_ascii_lowercase().replace('_', "-");
    let is_traditional = ["hant", "tw", "hk", "mo"].iter().any(|part| lower.split('-').any(|given| given == *part));
    match lower.split('-').next() {
        Some("zh") if is_traditional => &TRADITIONAL,
        Some("zh") => &SIMPLIFIED,
        _ => &ENGLISH,
    }
}

impl Words {
    /// What to say of a state; nothing where all is well.
    pub(super) fn state(&self, state: LayerState) -> &'static str {
        match state {
            LayerState::Ok => "",
            LayerState::TooFew => self.too_few,
            LayerState::Stale => self.stale,
            LayerState::NoData => self.no_data,
        }
    }

    /// The kind of a map.
    pub(super) fn kind(&self, kind: MapKind) -> &'static str {
        let [current, future, day, blueprint] = self.kinds;
        match kind {
            MapKind::CurrentState => current,
            MapKind::FutureState => future,
            MapKind::DayInTheLife => day,
            MapKind::ServiceBlueprint => blueprint,
        }
    }
}
