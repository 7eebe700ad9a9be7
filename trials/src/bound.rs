//! How large a share may be if some cases of it were seen: the upper 95 % bound of Clopper and Pearson, one-sided.

/// The largest share with which at most `seen` of `of` cases have a chance of 5 %. 1 if there are no cases.
pub(crate) fn upper(seen: usize, of: usize) -> f64 {
    if of == 0 || seen >= of {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(seen, of, middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

/// Chance of at most `seen` hits in `of` trials of chance `share`, which is neither 0 nor 1.
fn at_most(seen: usize, of: usize, share: f64) -> f64 {
    let (n, ratio) = (of as f64, (share / (1.0 - share)).ln());
    let mut term = n * (1.0 - share).ln();
    let mut sum = term.exp();
    for hit in 0..seen {
        let k = hit as f64;
        term += ((n - k) / (k + 1.0)).ln() + ratio;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::upper;

    /// From the tables of the binomial distribution.
    #[test]
    fn bounds_are_those_of_the_tables() {
        for (seen, of, expected) in [(0, 100, 0.0295), (1, 10, 0.3942), (5, 100, 0.1023), (2, 84, 0.0731)] {
            let bound = upper(seen, of);
            assert!((bound - expected).abs() < 0.0005, "{seen} of {of}: {bound}");
        }
        assert_eq!((upper(0, 0), upper(3, 3)), (1.0, 1.0));
        assert!((upper(0, 3000) - 0.000_998).abs() < 0.000_01);
    }
}
