//! The Windows release that a package or a component belongs to, by the version in its identity.

/// The first numbers of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    major: u32,
    minor: u32,
    /// The build of Windows. The version of a package has another number there.
    build: Option<u32>,
}

impl Release {
    /// The release of what has this identity: `NAME~TOKEN~ARCHITECTURE~LANGUAGE~VERSION` is a package,
    /// `ARCHITECTURE_NAME_TOKEN_VERSION_LANGUAGE_HASH` and `NAME, Version = VERSION` are components. An identity may stand
    /// in a path.
    pub(crate) fn of(name: &str) -> Option<Release> {
        name.split(['\\', '/'])
            .find_map(|part| Release::of_package(part).or_else(|| Release::of_component(part)))
    }

    fn of_package(identity: &str) -> Option<Release> {
        let [major, minor, _] = numbers(identity.split('~').nth(4)?)?;
        Some(Release { major, minor, build: None })
    }

    fn of_component(identity: &str) -> Option<Release> {
        let version = match identity.split_once(", Version = ") {
            Some((_, version)) => version,
            // A name may have underscores too.
            None => identity.rsplit('_').nth(2)?,
        };
        let [major, minor, build] = numbers(version)?;
        Some(Release { major, minor, build: Some(build) })
    }

    /// Whether it is Windows Vista or 7. Components of later releases have such versions too, with another build.
    pub(crate) fn is_older(self) -> bool {
        match (self.major, self.minor, self.build) {
            (6, 0 | 1, None) => true,
            (6, 0, Some(build)) => (6000..6010).contains(&build),
            (6, 1, Some(build)) => (7600..7610).contains(&build),
            _ => false,
        }
    }
}

/// The first three numbers of a version.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut numbers = version.split('.').map(|number| {
        let end = number.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(number.len());
        number.get(..end)?.parse().ok()
    });
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_packages_and_components() {
        for (name, older) in [
            ("Package_3_for_KB5000001~31bf3856ad364e35~amd64~~6.1.1.0", true),
            ("Package_for_KB1~31bf3856ad364e35~amd64~~6.0.1.2.123-1_GDR", true),
            ("Package_for_RollupFix~31bf3856ad364e35~amd64~~10.0.14393.0", false),
            (
                r"C:\Windows\WinSxS\amd64_a_b_31bf3856ad364e35_6.1.7601.17514_none_0123456789abcdef\x.dll",
                true,
            ),
            ("x86_a_31bf3856ad364e35_6.0.6002.18005_de-de_0123456789abcdef", true),
            ("Microsoft-Windows-X, Version = 6.1.7601.18386", true),
            ("Microsoft-Windows-X, Version = 10.0.19041.1", false),
            // The common controls of Windows 10.
            (
                "amd64_microsoft.windows.common-controls_6595b64144ccf1df_6.0.19041.1110_none_60b5254171f9507e",
                false,
            ),
            ("KB5000001", false),
            ("a_b_c", false),
            ("", false),
        ] {
            assert_eq!(Release::of(name).is_some_and(Release::is_older), older, "{name}");
        }
    }
}
