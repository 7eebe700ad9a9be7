//! Short names of files and folders, as an old program may print them: `PROGRA~1` for `Program Files`.

/// Windows makes these folders first, so they have these names on its volume.
const KNOWN: [(&str, &str); 2] = [("progra~1", "program files"), ("progra~2", "program files (x86)")];

/// Letters of the long name that a short one keeps: of the first ones of a kind, and of those with a hash.
const KEPT: usize = 6;
const KEPT_BEFORE_HASH: usize = 2;

/// Whether a path with short names can be that of an object. Both are in lower case.
pub(super) fn are_of(short: &str, path: &str) -> bool {
    let parts = short.split('\\').zip(path.split('\\'));
    short.contains('~')
        && short.split('\\').count() == path.split('\\').count()
        && parts.into_iter().all(|(short, long)| short == long || is_of(short, long))
}

fn is_of(short: &str, long: &str) -> bool {
    if let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == short) {
        return *known == long;
    }
    let Some((begin, _)) = short.split_once('~') else { return false };
    let letters: String = long.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    let begins = |count: usize| {
        let kept: String = begin.chars().take(count).collect();
        !kept.is_empty() && letters.starts_with(&kept)
    };
    let hash: String = begin.chars().skip(KEPT_BEFORE_HASH).collect();
    let is_hash =
        hash.chars().count() == KEPT - KEPT_BEFORE_HASH && hash.chars().all(|c| c.is_ascii_hexdigit());
    begins(KEPT) || is_hash && begins(KEPT_BEFORE_HASH)
}

#[cfg(test)]
mod tests {
    use super::are_of;

    #[test]
    fn a_short_name_keeps_the_begin_of_the_long_one() {
        let file = r"program files\windows media player\wmpnssui.dll";
        assert!(are_of(r"progra~1\wi54fb~1\wmpnssui.dll", file));
        assert!(are_of(r"progra~1\window~2\wmpnssui.dll", file));
        for other in [
            r"progra~2\wi54fb~1\wmpnssui.dll",
            r"progra~1\common~1\wmpnssui.dll",
            r"progra~1\wi54fb~1\other.dll",
            r"progra~1\wmpnssui.dll",
            r"program files\windows media player\wmpnssui.dll",
        ] {
            assert!(!are_of(other, file), "{other}");
        }
    }
}
