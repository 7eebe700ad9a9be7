//! The name of a component's folder in the store: `amd64_NAME_31bf3856ad364e35_10.0.17763.1_none_0123456789abcdef`.

/// Architectures that names of components begin with.
pub(crate) const ARCHITECTURES: &[&str] = &["amd64", "x86", "wow64", "arm64", "arm", "msil"];
/// Hexadecimal digits of a public key token, and of the hash at the end.
const DIGITS: usize = 16;

/// The parts of such a name, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFolder<'a> {
    /// The architecture and the name, as they stand: `amd64_NAME`.
    pub head: &'a str,
    /// The public key token.
    pub token: &'a str,
    /// The version.
    pub version: &'a str,
    /// The language, `none` if it has none.
    pub language: &'a str,
    /// The hash.
    pub hash: &'a str,
    /// What follows the hash, such as `.manifest`.
    pub ending: &'a str,
}

impl<'a> StoreFolder<'a> {
    /// The parts of a name. `None` if it is not one of a component.
    #[must_use]
    pub fn parse(name: &'a str) -> Option<Self> {
        let mut fields = name.rsplitn(5, '_');
        let (last, language, version, token, head) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let (hash, ending) = last.split_at(last.find('.').unwrap_or(last.len()));
        let is_hex = |text: &str| text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit());
        let known = ARCHITECTURES.contains(&head.split('_').next()?)
            && is_hex(hash)
            && is_hex(token)
            && version.contains('.')
            && version.chars().all(|c| c.is_ascii_digit() || c == '.');
        known.then_some(Self { head, token, version, language, hash, ending })
    }

    /// The name of the component alone.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.head.split_once('_').map_or("", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::StoreFolder;

    #[test]
    fn a_folders_name_has_its_parts() {
        let folder = StoreFolder::parse(
            "amd64_windows-a_b_31bf3856ad364e35_6.1.7600.1_de-de_a51187a7608a895d.manifest",
        );
        let folder = folder.unwrap();
        assert_eq!((folder.name(), folder.version, folder.language), ("windows-a_b", "6.1.7600.1", "de-de"));
        assert_eq!((folder.hash, folder.ending), ("a51187a7608a895d", ".manifest"));
        for other in
            ["", "amd64_a", "ia64_a_31bf3856ad364e35_6.1_none_a51187a7608a895d", "amd64_a_b_6.1_none_c"]
        {
            assert_eq!(StoreFolder::parse(other), None, "{other}");
        }
    }
}
