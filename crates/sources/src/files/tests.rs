//! Files from disk to mentions, page by page.

mod again;

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use moodline_types::{Cursor, RawMention, RejectedRow};
use tempfile::TempDir;

use super::*;
use crate::{Page, Source};

fn config(path: &Path) -> FilesConfig {
    FilesConfig::new("import".parse().unwrap(), path)
}

fn source(config: &FilesConfig) -> FileSource {
    FileSource::new(config, Path::new(""))
}

/// Everything there is after `cursor`, through one source that stays open.
async fn read_on(source: &mut FileSource, mut cursor: Option<Cursor>) -> (Vec<Page>, Option<Cursor>) {
    let mut pages = Vec::new();
    loop {
        let page = source.fetch(cursor.as_ref()).await.unwrap();
        let more = page.more;
        cursor = page.cursor.clone().or(cursor);
        pages.push(page);
        assert!(pages.len() < 100, "a source must come to an end");
        if !more {
            return (pages, cursor);
        }
    }
}

async fn read_all(config: &FilesConfig) -> (Vec<RawMention>, Vec<RejectedRow>) {
    let (pages, _) = read_on(&mut source(config), None).await;
    let rejected = pages.iter().flat_map(|page| page.rejected.clone()).collect();
    (pages.into_iter().flat_map(|page| page.mentions).collect(), rejected)
}

/// Writes one file and reads it with everything guessed.
async fn read_bytes(name: &str, bytes: &[u8]) -> (Vec<RawMention>, Vec<RejectedRow>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_all(&config(&path)).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn texts(mentions: &[RawMention]) -> Vec<&str> {
    mentions.iter().map(|mention| mention.text.as_str()).collect()
}

#[tokio::test]
async fn a_table_is_read_with_all_its_columns() {
    let csv = "id,date,stars,user,content,title,url,lang\n\
               r1,2024-05-01 10:00:00,4,Kim,\"Fast, and\nfriendly\",Good,https://shop.example/r1,en\n";
    let (mentions, rejected) = read_bytes("reviews.csv", csv.as_bytes()).await;
    assert_eq!(rejected, []);
    let mention = &mentions[0];
    assert_eq!((mention.external_id.as_str(), mention.text.as_str()), ("r1", "Fast, and\nfriendly"));
    assert_eq!(mention.posted_at.unwrap().to_rfc3339(), "2024-05-01T10:00:00+00:00");
    assert_eq!(mention.rating.map(|rating| (rating.value, rating.worst, rating.best)), Some((4.0, 1.0, 5.0)));
    assert_eq!((mention.author.as_deref(), mention.title.as_deref()), (Some("Kim"), Some("Good")));
    assert_eq!((mention.url.as_deref(), mention.language.as_deref()), (Some("https://shop.example/r1"), Some("en")));
}

#[tokio::test]
async fn every_delimiter_encoding_and_packing_gives_the_same() {
    let table = "评论内容;评分;评论时间\n配送很快，包装完整，客服的态度也很好;5;2024-05-01\n味道一般，而且等了整整一个小时才送到;2;2024-05-02\n";
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (gb18030, ..) = encoding_rs::GB18030.encode(table);
    let variants: Vec<Vec<u8>> = vec![
        table.into(),
        format!("\u{feff}{table}").into(),
        format!("sep=;\r\n{}", table.replace('\n', "\r\n")).into(),
        table.replace(';', ",").into(),
        table.replace(';', "\t").into(),
        table.replace(';', "|").into(),
        utf16,
        gb18030.into_owned(),
        gzip(table.as_bytes()),
    ];
    let (expected, _) = read_bytes("a.csv", table.as_bytes()).await;
    assert_eq!(texts(&expected), ["配送很快，包装完整，客服的态度也很好", "味道一般，而且等了整整一个小时才送到"]);
    for (index, bytes) in variants.iter().enumerate() {
        let (mentions, rejected) = read_bytes("a.csv", bytes).await;
        assert_eq!((&mentions, rejected.len()), (&expected, 0), "variant {index}");
    }
}

#[tokio::test]
async fn lines_before_the_header_are_passed_over() {
    let csv =
        "Report:,Mentions\nBrand:,Shop\n\nFrom:,2024-05-01\nDate,Author,Full Text,Rating\n2024-05-02,Kim,Nice,5\n";
    let (mentions, rejected) = read_bytes("export.csv", csv.as_bytes()).await;
    assert_eq!((texts(&mentions), rejected.len()), (vec!["Nice"], 0));
}

#[tokio::test]
async fn bad_rows_are_named_by_line_and_the_others_kept() {
    let csv = "id,text,date\n1,\"two\nlines\",2024-05-01\n2,,2024-05-01\n3,good,someday\n4,one,2024-05-01,too,many\n5,fine,2024-05-02\n";
    let (mentions, rejected) = read_bytes("reviews.csv", csv.as_bytes()).await;
    assert_eq!(texts(&mentions), ["two\nlines", "fine"]);
    let lines: Vec<_> = rejected.iter().map(|row| (row.line.unwrap(), row.origin.as_str())).collect();
    assert_eq!(lines, [(4, "reviews.csv"), (5, "reviews.csv"), (6, "reviews.csv")]);
    assert!(rejected[0].reason.contains("no text"), "{}", rejected[0].reason);
    assert!(rejected[1].reason.contains("`someday` is not a time"), "{}", rejected[1].reason);
    assert!(rejected[2].reason.contains("5 fields where the header has 3"), "{}", rejected[2].reason);
    assert_eq!(rejected[1].excerpt, "3,good,someday");
}

#[tokio::test]
async fn json_is_read_by_line_and_as_a_document() {
    let lines = "{\"text\": \"a\", \"id\": 12345678901234567890}\n\nnot json\n[1]\n{\"content\": \"b\", \"user\": {\"name\": \"Kim\"}}";
    let (mentions, rejected) = read_bytes("a.jsonl.gz", &gzip(lines.as_bytes())).await;
    assert_eq!(texts(&mentions), ["a", "b"]);
    assert_eq!(mentions[0].external_id, "12345678901234567890");
    assert_eq!(mentions[1].author.as_deref(), Some("Kim"));
    assert_eq!(rejected.iter().map(|row| row.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
    let (mentions, rejected) = read_bytes("b.jsonl", b"{broken}\n{\"text\": \"b\"}\n").await;
    assert_eq!((texts(&mentions), rejected[0].line), (vec!["b"], Some(1)));
    let (mentions, _) = read_bytes("a.json", b"[{\"text\": \"a\"}, {\"text\": \"b\"}]").await;
    assert_eq!(texts(&mentions), ["a", "b"]);
}

#[tokio::test]
async fn presets_know_their_exports() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("export");
    let read = async |preset, content: &str| {
        fs::write(&path, content).unwrap();
        let (mut mentions, rejected) = read_all(&FilesConfig { preset, ..config(&path) }).await;
        assert_eq!(rejected, [], "{preset:?}");
        mentions.remove(0)
    };
    let steam = r#"{"success":1,"reviews":[{"recommendationid":"7","author":{"steamid":"76"},"language":"schinese","review":"好玩","timestamp_created":1714557600,"voted_up":true}]}"#;
    let mention = read(Preset::Steam, steam).await;
    assert_eq!((mention.external_id.as_str(), mention.author.as_deref()), ("7", Some("76")));
    assert_eq!((mention.rating.unwrap().normalised(), mention.language.as_deref()), (1.0, Some("zh-Hans")));
    let telegram = "{\n \"name\": \"chat\",\n \"messages\": [{\"id\": 3, \"date\": \"2024-05-01T10:00:00\", \"date_unixtime\": \"1714557600\", \
                    \"from\": \"Kim\", \"text\": [\"see \", {\"type\": \"link\", \"text\": \"this\"}]}]}";
    let mention = read(Preset::Telegram, telegram).await;
    assert_eq!((mention.text.as_str(), mention.posted_at.unwrap().timestamp()), ("see this", 1_714_557_600));
    let play = "Package Name,Star Rating,Review Title,Review Text,Review Last Update Date and Time,Review Link,Reviewer Language\n\
                com.example,2,,Crashes,2024-05-01T10:00:00Z,https://play.example/r?id=1,en\n";
    let mention = read(Preset::GooglePlay, play).await;
    assert_eq!((mention.external_id.as_str(), mention.rating.unwrap().value), ("https://play.example/r?id=1", 2.0));
    let follow = "date,store,country,rating,title,content,author,app_version,review_id\n2024-05-01,as,cn,1,差,闪退,小明,1.0,99\n";
    let mention = read(Preset::Appfollow, follow).await;
    assert_eq!(
        (mention.external_id.as_str(), mention.title.as_deref(), mention.text.as_str()),
        ("99", Some("差"), "闪退")
    );
    let weibo = "id,bid,微博正文,发布时间,用户昵称\n1,x,客服不理人,2024-05-01 10:00,小红\n";
    let mention = read(Preset::Weibo, weibo).await;
    assert_eq!(
        (mention.posted_at.unwrap().to_rfc3339().as_str(), mention.author.as_deref()),
        ("2024-05-01T02:00:00+00:00", Some("小红"))
    );
    let note = "笔记ID,笔记标题,笔记链接,评论ID,评论内容,评论时间,用户昵称,点赞数\n\
                n1,水壶测评,https://notes.example/n1,c1,烧水太慢了[失望R],2026-05-04 10:00:00,小绿,3\n";
    let mention = read(Preset::Xiaohongshu, note).await;
    assert_eq!(
        (mention.external_id.as_str(), mention.text.as_str()),
        ("c1", "烧水太慢了[失望R]"),
        "the comment, not the note"
    );
    assert_eq!(mention.posted_at.unwrap().to_rfc3339(), "2026-05-04T02:00:00+00:00");
    let shop = "点评ID,店铺名称,用户昵称,总评分,口味,服务,点评内容,点评时间\nd1,老茶馆,阿明,3.5,4,2,上菜慢，味道还行,2026-05-04 12:00\n";
    let mention = read(Preset::Dianping, shop).await;
    assert_eq!((mention.external_id.as_str(), mention.rating.unwrap().value), ("d1", 3.5));
    let film = "cid,用户名,评分,短评,评论时间\n77,豆友,2,节奏拖沓,2026-05-04\n";
    let mention = read(Preset::Douban, film).await;
    assert_eq!((mention.text.as_str(), mention.rating.unwrap().normalised()), ("节奏拖沓", 0.25));
    let goods = "评价ID,宝贝标题,买家昵称,评价内容,追加评价,评价时间\n9,电水壶,t**1,包装破损,,2026-05-04 09:30:00\n";
    let mention = read(Preset::Taobao, goods).await;
    assert_eq!(
        (mention.external_id.as_str(), mention.text.as_str(), mention.title.as_deref()),
        ("9", "包装破损", Some("电水壶"))
    );
    let order = r#"[{"id": 5, "guid": "g5", "content": "壶盖关不紧", "creationTime": "2026-05-04 09:30:00", "score": 2, "nickname": "j***n", "referenceName": "电水壶"}]"#;
    let mention = read(Preset::Jd, order).await;
    assert_eq!((mention.external_id.as_str(), mention.rating.unwrap().value), ("g5", 2.0));
    let forum = "comment_id,content,publish_time,user_nickname,note_url\n31,楼主说得对,2026-05-04 08:00,路人,https://forum.example/p/1\n";
    let mention = read(Preset::Tieba, forum).await;
    assert_eq!((mention.external_id.as_str(), mention.author.as_deref()), ("31", Some("路人")));
    let campus = r#"[{"id": "b8", "createdAt": "2026-05-04T01:00:00.000Z", "content": "這家店的服務很好", "postId": 1, "floor": 2}]"#;
    let mention = read(Preset::Dcard, campus).await;
    assert_eq!((mention.external_id.as_str(), mention.posted_at.unwrap().timestamp()), ("b8", 1_777_856_400));
    let trustpilot = "Review Id,Review Created (UTC),Review Stars,Review Title,Review Content,Review Username\nt1,2024-05-01 10:00:00,5,Great,Arrived early,Kim\n";
    let mention = read(Preset::Trustpilot, trustpilot).await;
    assert_eq!((mention.external_id.as_str(), mention.text.as_str()), ("t1", "Arrived early"));
}

#[tokio::test]
async fn a_survey_needs_its_question_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("survey.csv");
    fs::write(&path, "#,What could be better?,Recommend us?,Submit Date (UTC)\nabc,Shipping,3,2024-05-01 10:00:00\n")
        .unwrap();
    let mut survey = FilesConfig { preset: Preset::Typeform, ..config(&path) };
    let (mentions, rejected) = read_all(&survey).await;
    assert!(mentions.is_empty() && rejected[0].line.is_none());
    assert!(rejected[0].reason.contains("`What could be better?`"), "{}", rejected[0].reason);
    survey.columns.text = Some("What could be better?".to_owned());
    survey.columns.rating = Some("Recommend us?".to_owned());
    let (mentions, _) = read_all(&survey).await;
    assert_eq!((mentions[0].external_id.as_str(), mentions[0].rating.unwrap().best), ("abc", 10.0));
}
