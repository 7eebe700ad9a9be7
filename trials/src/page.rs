//! The command `trials page`: writes the diagnosis' tables into its page.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use diagnosis::Table;

/// Writes the tables of the diagnosis into its page, between the comments that name them
#[derive(Debug, clap::Args)]
pub struct Page {
    /// The page
    #[arg(default_value = "DIAGNOSIS.md")]
    page: PathBuf,
}

impl Page {
    /// Writes the page anew.
    ///
    /// # Errors
    /// Where the page cannot be read or written, or lacks the place of a table.
    pub fn run(&self) -> Result<()> {
        let page = std::fs::read_to_string(&self.page).context("the page cannot be read")?;
        std::fs::write(&self.page, with_tables(&page)?).context("the page cannot be written")
    }
}

/// The page with each table in its place: between `<!-- table NAME -->` and `<!-- end -->`.
///
/// # Errors
/// Where a table has no place in the page.
pub fn with_tables(page: &str) -> Result<String> {
    diagnosis::tables().iter().try_fold(page.to_owned(), |page, table| {
        let begin = format!("<!-- table {} -->\n", table.name);
        let (before, rest) =
            page.split_once(&begin).with_context(|| format!("the page has no line {}", begin.trim_end()))?;
        let (_, after) = rest.split_once("<!-- end -->").context("a table has no line <!-- end -->")?;
        Ok(format!("{before}{begin}{}<!-- end -->{after}", markdown(table)))
    })
}

fn markdown(table: &Table) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let columns: Vec<String> = table.columns.iter().map(|&column| column.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(columns.len()));
    [line(&columns), rule].into_iter().chain(table.rows.iter().map(|row| line(row))).collect()
}
