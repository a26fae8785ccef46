use std::{collections::BTreeSet, time::Duration};

use moodline_types::{Cursor, RawMention};
use proptest::prelude::*;

use super::*;
use crate::Page;

/// A list of numbered items, newest first, in pages of `size`; a token is the offset of a page.
fn answer(list: &[i64], token: Option<&str>, size: usize) -> Step {
    let from: usize = token.map_or(0, |token| token.parse().unwrap());
    let items = list.iter().skip(from).take(size).map(|number| item(*number)).collect();
    let next = (from + size < list.len()).then(|| (from + size).to_string());
    Step { items, next, ..Step::default() }
}

fn item(number: i64) -> Item {
    Item::numbered(number, RawMention { external_id: number.to_string(), ..RawMention::default() })
}

fn load<W: Walk>(cursor: Option<&Cursor>) -> W {
    W::load(cursor, &"list".parse().unwrap()).unwrap()
}

/// One fetch, as ingest does it: page after page while there is more, at most `pages`.
fn fetch(
    cursor: &mut Option<Cursor>,
    marks: &Marks,
    pages: usize,
    mut host: impl FnMut(Option<&str>) -> Step,
) -> (Vec<i64>, Option<String>) {
    let mut got = Vec::new();
    let mut note = None;
    for _ in 0..pages {
        let walk: NewestFirst = load(cursor.as_ref());
        let step = host(walk.token());
        let page: Page = walk.take(step, marks).into_page();
        got.extend(page.mentions.iter().map(|mention| mention.external_id.parse::<i64>().unwrap()));
        note = page.note.or(note);
        *cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    (got, note)
}

fn down_from(newest: i64) -> Vec<i64> {
    (1..=newest).rev().collect()
}

#[test]
fn a_walk_goes_to_the_old_watermark_and_no_further() {
    let (mut cursor, marks) = (None, Marks::ids(2));
    assert_eq!(fetch(&mut cursor, &marks, 99, |token| answer(&down_from(50), token, 10)).0.len(), 50);
    let (again, _) = fetch(&mut cursor, &marks, 99, |token| answer(&down_from(53), token, 10));
    assert_eq!(again, down_from(53)[..10], "one page holds the three new ones and the overlap");
}

#[test]
fn an_interrupted_walk_resumes_and_leaves_no_gap() {
    let (mut cursor, marks) = (None, Marks::ids(0));
    fetch(&mut cursor, &marks, 99, |token| answer(&down_from(10), token, 5));
    // 40 new ones; the process is killed after two pages, and five more arrive before it is back.
    let (first, _) = fetch(&mut cursor, &marks, 2, |token| answer(&down_from(50), token, 5));
    let (second, _) = fetch(&mut cursor, &marks, 99, |token| answer(&down_from(55), token, 5));
    let (third, _) = fetch(&mut cursor, &marks, 99, |token| answer(&down_from(55), token, 5));
    let seen: BTreeSet<i64> = [first, second, third].concat().into_iter().collect();
    assert!((11..=55).all(|number| seen.contains(&number)), "{seen:?}");
}

#[test]
fn an_empty_answer_after_full_ones_is_suspicious_and_moves_nothing() {
    let (mut cursor, marks) = (None, Marks::ids(0));
    fetch(&mut cursor, &marks, 99, |token| answer(&down_from(10), token, 5));
    let before: NewestFirst = load(cursor.as_ref());
    let (_, note) = fetch(&mut cursor, &marks, 99, |_| Step::default());
    assert!(note.unwrap().contains("suspicious"));
    assert_eq!(load::<NewestFirst>(cursor.as_ref()), before);
    assert_eq!(fetch(&mut None, &marks, 99, |_| Step::default()).1.unwrap(), "nothing there yet");
}

#[test]
fn a_list_that_goes_round_ends_and_is_tried_again_below() {
    let (mut cursor, marks) = (None, Marks::ids(0));
    fetch(&mut cursor, &marks, 99, |token| answer(&down_from(10), token, 5));
    let round = |token: Option<&str>| {
        // The second page leads back to itself.
        let mut step = answer(&down_from(40), token, 5);
        step.next = Some("5".to_owned());
        step
    };
    let (_, note) = fetch(&mut cursor, &marks, 99, round);
    assert!(note.unwrap().contains("repeated"));
    let (mended, _) = fetch(&mut cursor, &marks, 99, |token| answer(&down_from(40), token, 5));
    let mended: BTreeSet<i64> = mended.into_iter().collect();
    assert!((11..=40).all(|number| mended.contains(&number)), "{mended:?}");
}

#[test]
fn tokens_that_always_differ_but_bring_the_same_items_end_too() {
    let mut count = 0;
    let (got, note) = fetch(&mut None, &Marks::ids(0), 999, |_| {
        count += 1;
        Step { next: Some(format!("token-{count}")), ..answer(&down_from(5), None, 5) }
    });
    assert!(got.len() <= 105 && note.unwrap().contains("nothing new"));
}

#[test]
fn a_clock_that_runs_ahead_does_not_hide_what_comes_after() {
    let now = chrono::Utc::now().timestamp_millis();
    let marks = Marks::times(Duration::from_mins(1));
    let mut cursor = None;
    let ahead = |newer: i64| {
        let mut list: Vec<i64> = (0..newer).map(|minute| now - minute * 60_000).collect();
        list.insert(0, now + 900_000_000);
        list
    };
    fetch(&mut cursor, &marks, 99, |token| answer(&ahead(3), token, 4));
    let watermark = load::<NewestFirst>(cursor.as_ref()).watermark().unwrap();
    assert!(watermark <= now, "the future is no watermark");
}

#[test]
fn an_old_post_pinned_at_the_top_ends_nothing() {
    let (mut cursor, marks) = (None, Marks::ids(0));
    fetch(&mut cursor, &marks, 99, |token| answer(&down_from(10), token, 5));
    let mut list = down_from(30);
    list.insert(0, 2);
    let (got, _) = fetch(&mut cursor, &marks, 99, |token| answer(&list, token, 5));
    assert!((11..=30).all(|number| got.contains(&number)), "{got:?}");
}

#[test]
fn the_first_walk_goes_back_only_so_far() {
    let now = chrono::Utc::now().timestamp_millis();
    let list: Vec<i64> = (0..100).map(|day| now - day * 86_400_000 - 1000).collect();
    let marks = Marks::times(Duration::ZERO).back_to_days(30);
    let (got, _) = fetch(&mut None, &marks, 99, |token| answer(&list, token, 10));
    assert_eq!(got.len(), 40, "the page that crosses the line is the last");
}

#[test]
fn a_long_history_comes_in_parts() {
    let (mut cursor, marks) = (None, Marks::ids(0).pages_per_fetch(3));
    let (first, note) = fetch(&mut cursor, &marks, 99, |token| answer(&down_from(50), token, 10));
    assert_eq!((first.len(), note.unwrap().contains("paused")), (30, true));
    assert_eq!(fetch(&mut cursor, &marks, 99, |token| answer(&down_from(50), token, 10)).0.len(), 20);
}

#[test]
fn a_list_without_marks_ends_where_everything_is_familiar() {
    let bare = |list: &[i64], token: Option<&str>| {
        let mut step = answer(list, token, 5);
        step.items.iter_mut().for_each(|item| item.mark = None);
        step
    };
    let (mut cursor, marks) = (None, Marks::ids(0));
    fetch(&mut cursor, &marks, 99, |token| bare(&down_from(40), token));
    assert_eq!(fetch(&mut cursor, &marks, 99, |token| bare(&down_from(42), token)).0.len(), 10);
}

#[test]
fn oldest_first_moves_its_mark_with_every_page_and_reads_the_overlap_again() {
    let marks = Marks::ids(1);
    let mut cursor: Option<Cursor> = None;
    let mut asked = Vec::new();
    for newest in [7, 9] {
        loop {
            let walk: OldestFirst = load(cursor.as_ref());
            let since = walk.since(&marks).unwrap_or(0);
            asked.push(since);
            let items: Vec<Item> = (since + 1..=newest).take(4).map(item).collect();
            let full = items.len() == 4;
            let page = walk.take(Step { items, ..Step::default() }, full, &marks).into_page();
            cursor = page.cursor;
            if !page.more {
                break;
            }
        }
    }
    assert_eq!(asked, [0, 3, 6, 6], "each question begins one below the mark reached");
}

#[test]
fn oldest_first_follows_the_pages_of_one_answer() {
    let marks = Marks::ids(0);
    let walk = OldestFirst::default();
    let step = |numbers: &[i64], next: Option<&str>| Step {
        items: numbers.iter().copied().map(item).collect(),
        next: next.map(str::to_owned),
        ..Step::default()
    };
    let taken = walk.take(step(&[1, 2], Some("p2")), false, &marks);
    assert!(taken.page.more);
    assert_eq!((taken.walk.since(&marks), taken.walk.token()), (None, Some("p2")), "the question stays the same");
    let taken = taken.walk.take(step(&[3, 4], None), false, &marks);
    assert_eq!((taken.page.more, taken.walk.since(&marks), taken.walk.token()), (false, Some(4), None));
    let looping = taken.walk.take(step(&[5], Some("x")), false, &marks).walk.take(step(&[6], Some("x")), false, &marks);
    assert!(!looping.page.more && looping.page.note.unwrap().contains("repeated"));
}

#[test]
fn every_list_has_its_turn() {
    let names = ["us".to_owned(), "cn".to_owned()];
    let mut cursor = None;
    let mut turns = Vec::new();
    loop {
        let mut lanes: Lanes<NewestFirst> = load(cursor.as_ref());
        let (name, walk) = lanes.current(&names);
        turns.push(name.to_owned());
        let step = answer(&down_from(6), walk.token(), 3);
        let page = lanes.take(&names, walk.take(step, &Marks::ids(0)));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(turns, ["us", "us", "cn", "cn"]);
    assert_eq!(load::<Lanes<NewestFirst>>(cursor.as_ref()).current(&names).0, "us");
}

proptest! {
    /// Whatever arrives between fetches, wherever they are cut off, and however a page shuffles its items: in the end
    /// everything was read.
    #[test]
    fn nothing_is_lost(
        arrivals in prop::collection::vec((0_i64..30, 1_usize..4, any::<bool>()), 1..12),
        size in 2_usize..8,
    ) {
        let (mut cursor, marks) = (None, Marks::ids(3));
        let (mut newest, mut seen) = (0, BTreeSet::new());
        let last = (0, 999, false);
        for (new, pages, reversed) in arrivals.into_iter().chain([last, last]) {
            newest += new;
            let list = down_from(newest);
            let (got, _) = fetch(&mut cursor, &marks, pages, |token| {
                let mut step = answer(&list, token, size);
                if reversed {
                    step.items.reverse();
                }
                step
            });
            seen.extend(got);
        }
        prop_assert!((1..=newest).all(|number| seen.contains(&number)), "{seen:?} of {newest}");
    }
}
