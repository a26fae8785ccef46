//! Files read again: long ones, grown ones, replaced ones, broken ones.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use tempfile::TempDir;

use super::{config, gzip, read_all, read_bytes, read_on, source, texts};
use crate::{Page, Source, SourceError};

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
