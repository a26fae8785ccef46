//! Column names in the exports of Chinese platforms: of the merchants' own pages, of analysis tools, and of the usual
//! collectors. A table of comments repeats its post in every row: the comment's columns stand first.

use super::{Preset, columns::Field};

/// Names for a field, the likeliest first.
pub(super) fn names(preset: Preset, field: Field) -> &'static [&'static str] {
    match preset {
        Preset::Weibo => match field {
            Field::Text => &["微博正文", "text_raw", "text"],
            Field::Id => &["id", "bid", "mid", "微博id"],
            Field::Time => &["发布时间", "created_at"],
            Field::Author => &["用户昵称", "screen_name", "user.screen_name"],
            _ => &[],
        },
        Preset::Xiaohongshu => match field {
            Field::Text => &["评论内容", "笔记内容", "笔记正文", "content", "desc"],
            Field::Id => &["评论ID", "comment_id", "笔记ID", "note_id"],
            Field::Time => &["评论时间", "发布时间", "create_time", "time"],
            Field::Author => &["评论用户", "用户昵称", "博主昵称", "达人昵称", "nickname"],
            Field::Url => &["笔记链接", "note_url"],
            Field::Title => &["笔记标题", "title"],
            _ => &[],
        },
        Preset::Dianping => match field {
            Field::Text => &["点评内容", "评价内容", "评论内容", "reviewBody"],
            Field::Id => &["点评ID", "评价ID", "评论ID", "reviewId"],
            Field::Time => &["点评时间", "评价时间", "评论时间", "addTime"],
            Field::Rating => &["总评分", "星级", "评分", "总体评价", "star"],
            Field::Author => &["用户昵称", "用户名", "userNickName"],
            _ => &[],
        },
        Preset::Douban => match field {
            Field::Text => &["短评内容", "评论内容", "短评", "评论", "comment", "content"],
            Field::Id => &["评论ID", "cid", "comment_id"],
            Field::Time => &["评论时间", "评价时间", "created_at", "create_time"],
            Field::Rating => &["评分", "星级", "rating.value", "rating", "star"],
            Field::Author => &["用户昵称", "用户名", "author.name", "user_name"],
            Field::Url => &["链接", "url", "alt"],
            _ => &[],
        },
        Preset::Taobao => match field {
            Field::Text => &["评价内容", "初次评价", "评论内容", "rateContent", "content"],
            Field::Id => &["评价ID", "评论ID", "rate_id", "rateId"],
            Field::Time => &["评价时间", "评论时间", "rateDate", "created"],
            Field::Author => &["买家昵称", "用户昵称", "displayUserNick", "nick"],
            Field::Title => &["商品标题", "宝贝标题", "item_title"],
            _ => &[],
        },
        Preset::Jd => match field {
            Field::Text => &["评价内容", "评论内容", "content"],
            Field::Id => &["评价编号", "评论ID", "guid", "id"],
            Field::Time => &["评价时间", "评论时间", "creationTime"],
            Field::Rating => &["评分", "星级", "score"],
            Field::Author => &["用户昵称", "nickname"],
            Field::Title => &["商品名称", "referenceName"],
            _ => &[],
        },
        Preset::Tieba => match field {
            Field::Text => &["回复内容", "帖子内容", "评论内容", "content", "desc"],
            Field::Id => &["回复ID", "comment_id", "post_id", "帖子ID", "note_id"],
            Field::Time => &["回复时间", "发布时间", "publish_time"],
            Field::Author => &["用户昵称", "user_nickname", "user_name"],
            Field::Url => &["帖子链接", "note_url"],
            Field::Title => &["帖子标题", "标题", "title"],
            _ => &[],
        },
        Preset::Dcard => match field {
            Field::Text => &["content", "excerpt", "內容"],
            Field::Id => &["id"],
            Field::Time => &["createdAt", "發布時間"],
            Field::Title => &["title", "標題"],
            _ => &[],
        },
        _ => &[],
    }
}
