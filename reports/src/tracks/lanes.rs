//! Slices of one track must be side by side or inside one another. Those that overlap otherwise go to a further lane.

use super::{Slice, Time};

/// The lane of each slice, from 0.
pub(super) fn lanes(slices: &[Slice]) -> Vec<usize> {
    let end = |slice: &Slice| slice.end.unwrap_or(slice.start);
    let mut order: Vec<usize> = (0..slices.len()).collect();
    let key = |number: &usize| slices.get(*number).map(|s| (s.start, std::cmp::Reverse(end(s)), *number));
    order.sort_by_key(key);
    let mut lane_of = vec![0; slices.len()];
    // The ends of what is open in each lane, the innermost last.
    let mut open: Vec<Vec<Time>> = Vec::new();
    for number in order {
        let (Some(slice), Some(place)) = (slices.get(number), lane_of.get_mut(number)) else { continue };
        let fits = |ends: &mut Vec<Time>| {
            while ends.last().is_some_and(|last| *last <= slice.start && end(slice) > *last) {
                ends.pop();
            }
            ends.last().is_none_or(|last| end(slice) <= *last)
        };
        let lane = open.iter_mut().position(fits).unwrap_or(open.len());
        if lane == open.len() {
            open.push(Vec::new());
        }
        if let Some(ends) = open.get_mut(lane) {
            ends.push(end(slice));
        }
        *place = lane;
    }
    lane_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_goes_to_a_further_lane() {
        let slice = |start, end| Slice {
            start: Time::from_filetime(start),
            end: Some(Time::from_filetime(end)),
            ..Slice::default()
        };
        // Beside, inside, over the end of an open one, at the very end of one, all over.
        let slices =
            [slice(10, 20), slice(12, 15), slice(14, 22), slice(20, 25), slice(0, 100), slice(20, 20)];
        assert_eq!(lanes(&slices), [0, 0, 1, 0, 0, 0]);
        assert_eq!(lanes(&[]), Vec::<usize>::new());
    }
}
