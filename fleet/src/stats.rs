//! Fisher's exact test, and Benjamini and Hochberg's correction for many tests.

/// Logarithms of factorials.
#[derive(Debug)]
pub(crate) struct Factorials(Vec<f64>);

impl Factorials {
    /// Those of all numbers up to this one.
    pub(crate) fn up_to(number: usize) -> Self {
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for n in 1..=number {
            sum += (n as f64).ln();
            sums.push(sum);
        }
        Self(sums)
    }

    fn of(&self, number: usize) -> f64 {
        self.0.get(number).copied().unwrap_or(f64::INFINITY)
    }

    fn choose(&self, all: usize, some: usize) -> f64 {
        self.of(all) - self.of(some) - self.of(all - some)
    }

    /// Fisher's exact test, one-sided: how likely chance alone gives `inside` or more of those that have something to the
    /// group, if `inside` of `group` have it in the group, and `outside` of `others` elsewhere.
    pub(crate) fn fisher(&self, inside: usize, group: usize, outside: usize, others: usize) -> f64 {
        let having = inside + outside;
        let all = self.choose(group + others, having);
        let terms = (inside..=group.min(having)).filter(|k| having - k <= others);
        terms
            .map(|k| (self.choose(group, k) + self.choose(others, having - k) - all).exp())
            .sum::<f64>()
            .min(1.0)
    }
}

/// For each p the smallest rate of false discoveries at which it still counts as one (Benjamini and Hochberg 1995).
pub(crate) fn false_discovery_rates(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let value = |at: usize| p.get(at).copied().unwrap_or(1.0);
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    let mut rates = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, at) in order.iter().enumerate().rev() {
        least = least.min(value(*at) * p.len() as f64 / (rank + 1) as f64);
        if let Some(rate) = rates.get_mut(*at) {
            *rate = least;
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn fisher_gives_the_known_values() {
        let f = Factorials::up_to(2_000);
        // Fisher's lady tasting tea: 17/70 for three of four cups, 1/70 for all four.
        assert!(close(f.fisher(3, 4, 1, 4), 17.0 / 70.0));
        assert!(close(f.fisher(4, 4, 0, 4), 1.0 / 70.0));
        assert!(close(f.fisher(0, 4, 4, 4), 1.0));
        // Nobody has it, or everybody.
        assert!(close(f.fisher(0, 7, 0, 9), 1.0));
        assert!(close(f.fisher(7, 7, 9, 9), 1.0));
        // Sum over k of C(40,k)·C(960,50-k) / C(1000,50), for k from 10: counted with whole numbers.
        assert!(
            (f.fisher(10, 40, 40, 960) / 1.065_237_8e-5 - 1.0).abs() < 1e-4,
            "{:e}",
            f.fisher(10, 40, 40, 960)
        );
    }

    #[test]
    fn rates_rise_with_p_and_with_the_number_of_tests() {
        // The example of 15 tests in Benjamini and Hochberg's paper: four are discoveries at 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let rates = false_discovery_rates(&p);
        assert_eq!(rates.iter().filter(|rate| **rate <= 0.05).count(), 4);
        assert!(rates.is_sorted());
        assert!(close(rates[0], 0.0015));
        assert!(false_discovery_rates(&[]).is_empty());
    }
}
