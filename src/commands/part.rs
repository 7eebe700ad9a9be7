//! An output file that is replaced only once the new one is whole.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use crate::words::said as say;
use anyhow::{Context as _, bail};

/// The output while it is not whole: a file beside it, which goes away unless it is renamed.
pub(crate) struct Part {
    path: PathBuf,
    /// Open for writing.
    pub(crate) file: File,
    whole: bool,
}

impl Part {
    pub(crate) fn beside(output: &Path, input: &Path) -> anyhow::Result<Self> {
        let shown = output.display();
        if output.as_os_str() == "-" {
            bail!(say::NO_STDOUT.plain());
        }
        if let (Ok(a), Ok(b)) = (fs::canonicalize(output), fs::canonicalize(input))
            && a == b
        {
            bail!(say::IS_INPUT.with(&[&shown]));
        }
        let Some(name) = output.file_name().filter(|_| !output.is_dir()) else {
            bail!(say::IS_FOLDER.with(&[&shown]));
        };
        let mut part = name.to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let path = output.with_file_name(part);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.with_context(|| say::CANNOT_MAKE.with(&[&path.display()]))?;
        Ok(Self { path, file, whole: false })
    }

    pub(crate) fn rename(mut self, output: &Path) -> anyhow::Result<()> {
        self.file.sync_all().with_context(|| say::CANNOT_WRITE.with(&[&self.path.display()]))?;
        fs::rename(&self.path, output).with_context(|| say::CANNOT_REPLACE.with(&[&output.display()]))?;
        self.whole = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.whole {
            // Nothing is lost where it cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}
