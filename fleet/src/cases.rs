//! Which of the files and folders that were given are one case.
//!
//! - A file is a case.
//! - A folder that directly holds a file other than a `.zip` is one case, with all that lies below it.
//! - A folder that directly holds `.zip` files and folders only is a collection, if it was given or holds a `.zip`: each
//!   `.zip` is a case, and each folder is looked at in the same way.
//! - Any other folder is one case.
//!
//! Names that begin with a dot do not count.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::FleetError;

/// A case that is to be analysed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseFiles {
    /// The file or folder.
    pub path: PathBuf,
}

impl CaseFiles {
    /// How people call it: its path as it was given, with `/`.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.to_string_lossy().replace('\\', "/")
    }
}

/// Folders within folders that are looked into. Links can make circles.
const MAX_DEPTH: u32 = 32;

/// The cases of what was given, in order of their names, each once.
///
/// # Errors
/// A path does not exist, or a folder cannot be listed.
pub fn find(given: &[PathBuf]) -> Result<Vec<CaseFiles>, FleetError> {
    let mut found = Vec::new();
    for path in given {
        let about = fs::metadata(path).map_err(FleetError::io(path))?;
        if about.is_dir() {
            look_into(path, 0, &mut found)?;
        } else {
            found.push(CaseFiles { path: path.clone() });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn look_into(folder: &Path, depth: u32, found: &mut Vec<CaseFiles>) -> Result<(), FleetError> {
    let (mut archives, mut folders, mut files) = (Vec::new(), Vec::new(), 0);
    for entry in fs::read_dir(folder).map_err(FleetError::io(folder))? {
        let path = entry.map_err(FleetError::io(folder))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        match () {
            () if path.is_dir() => folders.push(path),
            () if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) => {
                archives.push(path);
            }
            () => files += 1,
        }
    }
    let is_collection = files == 0 && (depth == 0 || !archives.is_empty()) && depth < MAX_DEPTH;
    if !is_collection || (archives.is_empty() && folders.is_empty()) {
        found.push(CaseFiles { path: folder.to_owned() });
        return Ok(());
    }
    found.extend(archives.into_iter().map(|path| CaseFiles { path }));
    folders.iter().try_for_each(|folder| look_into(folder, depth + 1, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_bundles_are_many_cases_and_other_folders_one() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            "fleet/PC-1.zip",
            "fleet/PC-2.ZIP",
            "fleet/loose/boot.pml",
            "fleet/loose/vendor.zip",
            "fleet/copied/Windows/Logs/CBS.log",
            "fleet/copied/Windows/Panther/setupact.log",
            "fleet/day/PC-3.zip",
            "fleet/.index",
        ];
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let names = |given: &[&str]| -> Vec<String> {
            let given: Vec<_> = given.iter().map(|name| root.path().join(name)).collect();
            let cases = find(&given).unwrap();
            cases
                .iter()
                .map(|case| case.path.strip_prefix(root.path()).unwrap().to_string_lossy().replace('\\', "/"))
                .collect()
        };
        let all = ["fleet/PC-1.zip", "fleet/PC-2.ZIP", "fleet/copied", "fleet/day/PC-3.zip", "fleet/loose"];
        assert_eq!(names(&["fleet"]), all);
        assert_eq!(names(&["fleet/loose"]), ["fleet/loose"]);
        assert_eq!(names(&["fleet/loose/boot.pml", "fleet/loose/boot.pml"]), ["fleet/loose/boot.pml"]);
        assert_eq!(names(&["fleet/copied"]), ["fleet/copied/Windows"]);
        assert!(find(&[root.path().join("absent")]).is_err());
    }
}
