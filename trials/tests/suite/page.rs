//! The page of the diagnosis holds its tables.

#[test]
fn the_page_has_the_tables_as_they_are() {
    let page = include_str!("../../../DIAGNOSIS.md");
    let wanted = trials::page::with_tables(page).expect("the page has a place for each table");
    assert!(page == wanted, "run: cargo run -p trials -- page");
}
