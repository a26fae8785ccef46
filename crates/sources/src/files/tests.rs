//! Files from disk to mentions, page by page.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use moodline_types::{Cursor, RawMention, RejectedRow};
use tempfile::TempDir;

use super::*;
use crate::{Page, Source, SourceError};

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

fn numbered(rows: std::ops::Range<usize>) -> String {
    let lines: Vec<String> = rows.map(|row| format!("{{\"text\": \"review {row}\"}}\n")).collect();
    lines.concat()
}

#[tokio::test]
async fn a_long_file_comes_in_pages_and_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("long.jsonl");
    fs::write(&path, numbered(0..1234)).unwrap();
    let (pages, cursor) = read_on(&mut source(&config(&path)), None).await;
    let sizes: Vec<_> = pages.iter().map(|page| page.mentions.len()).collect();
    assert_eq!(sizes, [500, 500, 234]);
    let (again, _) = read_on(&mut source(&config(&path)), cursor).await;
    assert_eq!(again, [Page::default()], "a finished file is left alone");
}

#[tokio::test]
async fn reading_goes_on_where_it_stopped_even_in_a_new_process() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("same.jsonl");
    fs::write(&path, "{\"text\": \"same words\"}\n".repeat(1100)).unwrap();
    let whole: Vec<_> = read_all(&config(&path)).await.0.into_iter().map(|mention| mention.external_id).collect();
    let mut pieces = Vec::new();
    let mut cursor = None;
    loop {
        let page = source(&config(&path)).fetch(cursor.as_ref()).await.unwrap();
        pieces.extend(page.mentions.into_iter().map(|mention| mention.external_id));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(whole, pieces);
    let distinct: std::collections::HashSet<_> = whole.iter().collect();
    assert_eq!(distinct.len(), 1100);
}

#[tokio::test]
async fn a_file_that_grew_is_continued_and_one_replaced_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, numbered(0..3)).unwrap();
    let mut source = source(&config(&path));
    let (_, cursor) = read_on(&mut source, None).await;
    File::options().append(true).open(&path).unwrap().write_all(numbered(3..5).as_bytes()).unwrap();
    let (pages, cursor) = read_on(&mut source, cursor).await;
    assert_eq!(
        texts(&pages[0].mentions),
        ["review 2", "review 3", "review 4"],
        "the last row known may have been half written"
    );
    fs::write(&path, numbered(100..110)).unwrap();
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!(pages[0].mentions.len(), 10);
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_comes_to_an_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("live.jsonl");
    fs::write(&path, numbered(0..1200)).unwrap();
    let mut source = source(&config(&path));
    let mut cursor = None;
    let mut count = 0;
    for next in 1200..1210 {
        let page = source.fetch(cursor.as_ref()).await.unwrap();
        count += page.mentions.len();
        cursor = page.cursor.or(cursor);
        File::options().append(true).open(&path).unwrap().write_all(numbered(next..next + 1).as_bytes()).unwrap();
    }
    assert!((1208..=1222).contains(&count), "each row about once, the last at each growth again, not {count}");
}

#[tokio::test]
async fn a_file_replaced_while_it_is_read_is_read_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("live.jsonl");
    fs::write(&path, numbered(0..600)).unwrap();
    let mut source = source(&config(&path));
    let first = source.fetch(None).await.unwrap();
    let other = folder.path().join("other.tmp");
    fs::write(&other, numbered(1000..1700)).unwrap();
    fs::rename(&other, &path).unwrap();
    let (pages, cursor) = read_on(&mut source, first.cursor).await;
    let (more, _) = read_on(&mut source, cursor).await;
    let read: std::collections::HashSet<_> = pages.iter().chain(&more).flat_map(|page| texts(&page.mentions)).collect();
    assert!((1000..1700).all(|row| read.contains(format!("review {row}").as_str())));
}

#[tokio::test]
async fn a_row_that_was_half_written_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, "{\"text\": \"one\"}\n{\"text\": \"tw").unwrap();
    let mut source = source(&config(&path));
    let (pages, cursor) = read_on(&mut source, None).await;
    assert_eq!((pages[0].mentions.len(), pages[0].rejected.len()), (1, 1));
    File::options().append(true).open(&path).unwrap().write_all(b"o\"}\n{\"text\": \"three\"}\n").unwrap();
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!(texts(&pages[0].mentions), ["two", "three"]);
}

#[tokio::test]
async fn a_folder_is_read_file_by_file_and_watched_for_more() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write("b.csv", b"text\nfrom b\n");
    write("a.jsonl", b"{\"text\": \"from a\"}");
    write("c.csv.part", b"text\nunfinished\n");
    write(".hidden.csv", b"text\nhidden\n");
    write("notes.md", b"not a table");
    write("broken.xlsx", b"PK\x03\x04 and then nothing");
    let mut source = source(&config(folder.path()));
    let (pages, cursor) = read_on(&mut source, None).await;
    assert_eq!(texts(&pages[0].mentions), ["from a", "from b"]);
    let broken = &pages[0].rejected[0];
    assert_eq!((broken.origin.as_str(), broken.line), ("broken.xlsx", None));
    write("c.csv", b"text\nfrom c\n");
    let (pages, cursor) = read_on(&mut source, cursor).await;
    assert_eq!((texts(&pages[0].mentions), pages[0].rejected.len()), (vec!["from c"], 0));
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!(pages, [Page::default()]);
}

#[tokio::test]
async fn a_compressed_file_that_breaks_off_keeps_its_good_rows() {
    let bytes = gzip(numbered(0..20_000).as_bytes());
    let (mentions, rejected) = read_bytes("cut.jsonl.gz", &bytes[..bytes.len() * 9 / 10]).await;
    assert!(mentions.len() > 10_000, "{}", mentions.len());
    let last = rejected.last().unwrap();
    assert!(last.line.is_none() && last.reason.contains("breaks off"), "{last:?}");
}

#[tokio::test]
async fn a_path_that_is_not_there_is_an_error() {
    let error = source(&config(Path::new("no-such-file.csv"))).fetch(None).await.unwrap_err();
    assert!(matches!(error, SourceError::Path { .. }), "{error}");
}

#[tokio::test]
async fn an_empty_file_is_reported_once() {
    let (mentions, rejected) = read_bytes("empty.csv", b" \n").await;
    assert_eq!((mentions.len(), rejected.len()), (0, 1));
    assert_eq!(rejected[0].reason, "the file is empty");
}

#[tokio::test]
async fn what_a_half_written_row_was_taken_for_is_taken_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("reviews.csv");
    fs::write(&path, "text,date\nfirst,2024-05-01\nthe deliv").unwrap();
    let mut source = source(&config(&path));
    let (pages, cursor) = read_on(&mut source, None).await;
    let half = pages[0].mentions[1].external_id.clone();
    fs::write(&path, "text,date\nfirst,2024-05-01\nthe delivery was late,2024-05-02\nlast,2024-05-03\n").unwrap();
    let (pages, cursor) = read_on(&mut source, cursor).await;
    assert_eq!(texts(&pages[0].mentions), ["the delivery was late", "last"]);
    assert_eq!(pages[0].removed, [half]);
    // A whole last row is the same when it is read again.
    fs::write(
        &path,
        "text,date\nfirst,2024-05-01\nthe delivery was late,2024-05-02\nlast,2024-05-03\nmore,2024-05-04\n",
    )
    .unwrap();
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!(texts(&pages[0].mentions), ["last", "more"]);
    assert_eq!(pages[0].removed, Vec::<String>::new());
}

#[tokio::test]
async fn a_mended_file_says_that_it_is_read_afresh() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("reviews.csv");
    fs::write(&path, "text,date\ngood,05/06/2024\n").unwrap();
    let mut source = source(&config(&path));
    let (pages, cursor) = read_on(&mut source, None).await;
    assert_eq!((pages[0].rejected.len(), pages[0].afresh.len()), (1, 0));
    fs::write(&path, "text,date\ngood,2024-06-05\n").unwrap();
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!((pages[0].mentions.len(), &pages[0].afresh[..]), (1, &["reviews.csv".to_owned()][..]));
}

/// A regular file that the system refuses to read at its beginning.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_read_is_tried_again_and_stops_no_other() {
    let folder = TempDir::new().unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", folder.path().join("a.csv")).unwrap();
    fs::write(folder.path().join("b.csv"), "text\ngood\n").unwrap();
    let mut source = source(&config(folder.path()));
    let (pages, cursor) = read_on(&mut source, None).await;
    assert_eq!(texts(&pages[0].mentions), ["good"]);
    let reason = &pages[0].rejected[0].reason;
    assert!(pages[0].rejected[0].origin == "a.csv" && reason.contains("cannot be read"), "{reason}");
    fs::remove_file(folder.path().join("a.csv")).unwrap();
    fs::write(folder.path().join("a.csv"), "text\nlate\n").unwrap();
    let (pages, _) = read_on(&mut source, cursor).await;
    assert_eq!(texts(&pages[0].mentions), ["late"]);
}
