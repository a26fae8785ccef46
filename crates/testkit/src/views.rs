//! What `docs/sql.md` promises to other tools: views with their columns, and queries that work.

use std::fs;

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sql.md");
    fs::read_to_string(path).expect("the page is part of the repository")
}

/// The words between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every view with its columns, in their order.
///
/// # Panics
/// Where the page has no table of views, or refers to a view that it does not list before.
pub fn documented_views() -> Vec<(String, Vec<String>)> {
    let mut views: Vec<(String, Vec<String>)> = Vec::new();
    for line in page().lines().filter(|line| line.starts_with("| `v_")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let name = quoted(cells[0]).remove(0);
        let mut columns = quoted(cells[2]);
        if let [other] = columns.as_slice()
            && let Some((_, known)) = views.iter().find(|(name, _)| name == other)
        {
            columns.clone_from(known);
        }
        views.push((name, columns));
    }
    assert!(!views.is_empty(), "docs/sql.md lists views");
    views
}

/// Every example query.
///
/// # Panics
/// Where the page has none.
pub fn documented_queries() -> Vec<String> {
    let page = page();
    let queries: Vec<String> =
        page.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect();
    assert!(!queries.is_empty(), "docs/sql.md shows queries");
    queries
}
