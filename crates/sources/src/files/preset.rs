//! The exports people have, and what their columns are called.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{chinese, columns::Field};

/// Whose export a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Any table with telling column names, in English or Chinese.
    #[default]
    Generic,
    /// `AppFollow` reviews.
    Appfollow,
    /// Reviews from the Google Play console.
    GooglePlay,
    /// Trustpilot reviews.
    Trustpilot,
    /// Steam reviews as the Steam API has them.
    Steam,
    /// Typeform responses; the question with the text must be named.
    Typeform,
    /// Telegram Desktop's `result.json`.
    Telegram,
    /// Weibo posts as the usual crawlers write them.
    Weibo,
    /// Xiaohongshu notes and comments, as analysis tools write them.
    Xiaohongshu,
    /// Dianping reviews, as the merchant's pages and analysis tools write them.
    Dianping,
    /// Douban short comments and reviews.
    Douban,
    /// Reviews of products on Taobao and Tmall, as the merchant's tools write them.
    Taobao,
    /// Reviews of products on JD.
    Jd,
    /// Posts and replies on Tieba.
    Tieba,
    /// Posts and comments on Dcard.
    Dcard,
}

impl Preset {
    /// Names for a field, the likeliest first.
    pub(super) fn names(self, field: Field) -> &'static [&'static str] {
        match self {
            Self::Generic => generic(field),
            Self::Appfollow => match field {
                Field::Text => &["content"],
                Field::Id => &["review_id"],
                Field::Time => &["date"],
                _ => &[],
            },
            Self::GooglePlay => match field {
                Field::Text => &["Review Text"],
                Field::Id | Field::Url => &["Review Link"],
                Field::Time => &["Review Last Update Date and Time", "Review Submit Date and Time"],
                Field::Rating => &["Star Rating"],
                Field::Title => &["Review Title"],
                Field::Language => &["Reviewer Language"],
                Field::Author => &[],
            },
            Self::Trustpilot => match field {
                Field::Text => &["Review Content", "Review Text", "text"],
                Field::Id => &["Review Id", "id"],
                Field::Time => &["Review Created (UTC)", "Review Created Date", "Created At", "createdAt"],
                Field::Rating => &["Review Stars", "stars"],
                Field::Author => &["Review Username", "Consumer Name", "consumer.displayName", "consumer.name"],
                Field::Url => &["Review Url", "link"],
                Field::Title => &["Review Title"],
                Field::Language => &["Review Language"],
            },
            Self::Steam => match field {
                Field::Text => &["review"],
                Field::Id => &["recommendationid"],
                Field::Time => &["timestamp_updated", "timestamp_created"],
                Field::Rating => &["voted_up"],
                Field::Author => &["author.steamid", "steamid"],
                _ => &[],
            },
            Self::Typeform => match field {
                Field::Id => &["#", "response_id", "token"],
                Field::Time => &["Submit Date (UTC)", "submitted_at", "Start Date (UTC)"],
                _ => &[],
            },
            Self::Telegram => match field {
                Field::Time => &["date_unixtime", "date"],
                Field::Author => &["from", "actor"],
                _ => &[],
            },
            Self::Weibo
            | Self::Xiaohongshu
            | Self::Dianping
            | Self::Douban
            | Self::Taobao
            | Self::Jd
            | Self::Tieba
            | Self::Dcard => chinese::names(self, field),
        }
    }

    /// Worst and best rating.
    pub(super) fn scale(self) -> [f32; 2] {
        match self {
            Self::Steam => [0.0, 1.0],
            Self::Typeform => [0.0, 10.0],
            _ => [1.0, 5.0],
        }
    }

    /// The zone its times are in when they do not say.
    pub(super) fn zone(self) -> Option<Tz> {
        match self {
            Self::Weibo | Self::Xiaohongshu | Self::Dianping | Self::Douban | Self::Taobao | Self::Jd | Self::Tieba => {
                Some(Tz::Asia__Shanghai)
            }
            Self::Dcard => Some(Tz::Asia__Taipei),
            _ => None,
        }
    }
}

/// Names that tables use of their own accord, in English and in both Chinese scripts.
fn generic(field: Field) -> &'static [&'static str] {
    match field {
        Field::Text => TEXT,
        Field::Id => ID,
        Field::Time => TIME,
        Field::Rating => RATING,
        Field::Author => AUTHOR,
        Field::Url => URL,
        Field::Title => TITLE,
        Field::Language => LANGUAGE,
    }
}

const TEXT: &[&str] = &[
    "text",
    "content",
    "review",
    "body",
    "comment",
    "message",
    "review_text",
    "review_content",
    "review_body",
    "reviewtext",
    "comment_text",
    "comments",
    "feedback",
    "description",
    "tweet",
    "full_text",
    "post",
    "caption",
    "answer",
    "verbatim",
    "评论内容",
    "评论",
    "评价内容",
    "评价",
    "内容",
    "正文",
    "文本",
    "点评",
    "点评内容",
    "留言",
    "反馈",
    "反馈内容",
    "微博正文",
    "評論",
    "評論內容",
    "評價",
    "內容",
    "留言內容",
    "回饋",
];

const ID: &[&str] = &[
    "id",
    "review_id",
    "comment_id",
    "reviewid",
    "external_id",
    "uuid",
    "guid",
    "message_id",
    "post_id",
    "tweet_id",
    "response_id",
    "评论id",
    "编号",
    "序号id",
    "評論id",
    "編號",
];

const TIME: &[&str] = &[
    "time",
    "date",
    "created_at",
    "posted_at",
    "timestamp",
    "datetime",
    "published_at",
    "created",
    "review_date",
    "submitted_at",
    "review_time",
    "comment_time",
    "publish_time",
    "created_time",
    "create_time",
    "updated_at",
    "评论时间",
    "时间",
    "日期",
    "发布时间",
    "评价时间",
    "创建时间",
    "評論時間",
    "時間",
    "發布時間",
    "評價時間",
];

const RATING: &[&str] = &[
    "rating",
    "stars",
    "star",
    "score",
    "star_rating",
    "review_rating",
    "rate",
    "overall",
    "评分",
    "星级",
    "打分",
    "分数",
    "評分",
    "星級",
    "分數",
];

const AUTHOR: &[&str] = &[
    "author",
    "user",
    "username",
    "user_name",
    "nickname",
    "reviewer",
    "author_name",
    "name",
    "customer",
    "from",
    "screen_name",
    "handle",
    "用户",
    "用户名",
    "昵称",
    "作者",
    "用户昵称",
    "评论者",
    "用戶",
    "用戶名",
    "暱稱",
];

const URL: &[&str] = &["url", "link", "permalink", "href", "review_url", "链接", "网址", "地址链接", "連結", "網址"];

const TITLE: &[&str] = &["title", "subject", "headline", "review_title", "summary", "标题", "主题", "標題", "主題"];

const LANGUAGE: &[&str] = &["language", "lang", "locale", "language_code", "语言", "語言"];
