//! Which rules are the remedy of a known signature or of a known kind of failure.
//!
//! The remedies of the diagnosis are compared with it. So it is written from the public accounts of those failures,
//! not from the rules.

/// Signatures of failing operations, by number: one of these rules must be among the remedies.
const SIGNATURES: &[(u8, &[&str])] = &[
    (1, &["BR-0301", "BR-0101", "BR-0102"]),
    (2, &["BR-0302", "BR-0102"]),
    (3, &["BR-0303", "BR-0105"]),
    (4, &["BR-0304", "BR-0401", "BR-0402", "BR-0104"]),
    (5, &["BR-0305", "BR-0403"]),
    (6, &["BR-0306", "BR-0412"]),
    (7, &["BR-0307"]),
    (8, &["BR-0308", "BR-0108", "BR-0204"]),
    (9, &["BR-0309", "BR-0321", "BR-0405", "BR-0406", "BR-0409"]),
    (10, &["BR-0310", "BR-0201"]),
    (11, &["BR-0202", "BR-0217"]),
    (12, &["BR-0203", "BR-0205", "BR-0211", "BR-0215", "BR-0216"]),
    (13, &["BR-0208", "BR-0219", "BR-0323"]),
    (14, &["BR-0209", "BR-0314"]),
    (15, &["BR-0315", "BR-0210"]),
    (16, &["BR-0316"]),
    (17, &["BR-0317"]),
    (18, &["BR-0318", "BR-0322"]),
    (19, &["BR-0319", "BR-0324"]),
    (20, &["BR-0320"]),
];

/// Kinds of failures that logs report, by number: one of these rules must be among the remedies.
const KINDS: &[(u8, &[&str])] = &[
    (1, &["BR-0101", "BR-0301"]),
    (2, &["BR-0101", "BR-0301"]),
    (3, &["BR-0101", "BR-0301"]),
    (4, &["BR-0103"]),
    (5, &["BR-0102", "BR-0302"]),
    (6, &["BR-0104", "BR-0304"]),
    (7, &["BR-0105", "BR-0303"]),
    (8, &["BR-0101", "BR-0301"]),
    (9, &["BR-0107"]),
    (10, &["BR-0201", "BR-0310"]),
    (11, &["BR-0202", "BR-0217"]),
    (12, &["BR-0203", "BR-0215"]),
    (13, &["BR-0204", "BR-0308"]),
    (14, &["BR-0205", "BR-0216"]),
    (15, &["BR-0207"]),
    (16, &["BR-0208", "BR-0219", "BR-0323"]),
    (17, &["BR-0407"]),
    (18, &["BR-0408"]),
    (19, &["BR-0403", "BR-0305"]),
    (20, &["BR-0404"]),
    (21, &["BR-0401", "BR-0304"]),
    (22, &["BR-0402", "BR-0304"]),
    (23, &["BR-0209", "BR-0314"]),
    (24, &["BR-0405", "BR-0309"]),
    (25, &["BR-0210", "BR-0315"]),
    (26, &["BR-0406"]),
];

/// The rules of which one must be among the remedies. None if the case is of no known signature or kind. `told` is
/// whether logs are given. Only logs distinguish kinds.
pub(super) fn wanted(signature: Option<u8>, kind: Option<u8>, told: bool) -> Vec<&'static str> {
    let of = |table: &[(u8, &'static [&'static str])], number: Option<u8>| {
        table
            .iter()
            .filter(|(n, _)| Some(*n) == number)
            .flat_map(|(_, rules)| *rules)
            .copied()
            .collect::<Vec<_>>()
    };
    // A kind says more than a signature, to those who have the logs.
    let rules = if told { of(KINDS, kind) } else { Vec::new() };
    if rules.is_empty() { of(SIGNATURES, signature) } else { rules }
}
