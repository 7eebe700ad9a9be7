//! Layered layout of a small directed graph: layers from left to right, few crossings, straight long edges.

/// A node's place: its layer, and its centre from the top in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) layer: usize,
    pub(super) y: f64,
}

/// The layout of a graph.
#[derive(Debug)]
pub(super) struct Layout {
    /// One for each node.
    pub(super) nodes: Vec<Spot>,
    /// One an edge: the spots it passes between its ends.
    pub(super) bends: Vec<Vec<Spot>>,
    pub(super) layers: usize,
    pub(super) height: f64,
}

/// Sweeps over the layers; more change nothing that is seen with 40 nodes.
const SWEEPS: usize = 12;
/// Room that an edge takes in a layer that it passes.
const BEND_HEIGHT: f64 = 18.0;

/// Lays out nodes of the given heights with the given gap between them. Edges to nodes that do not exist are ignored.
pub(super) fn layout(heights: &[f64], edges: &[(usize, usize)], gap: f64) -> Layout {
    let nodes = heights.len();
    let usable = |&(from, to): &(usize, usize)| from < nodes && to < nodes && from != to;
    let forward = without_cycles(nodes, edges);
    let layers = longest_paths(nodes, forward.iter().filter(|edge| usable(edge)));

    // Every edge that passes layers gets a stand-in in each of them, so that it is kept clear of boxes.
    let mut graph = Layered { items: Vec::new(), links: Vec::new() };
    for (height, layer) in heights.iter().zip(&layers) {
        graph.items.push(Item { layer: *layer, height: *height, y: 0.0 });
    }
    let mut passed: Vec<Vec<usize>> = Vec::new();
    for edge in &forward {
        passed.push(if usable(edge) { graph.connect(*edge) } else { Vec::new() });
    }
    let depth = layers.iter().max().map_or(0, |last| last + 1);
    let height = graph.arrange(depth, gap);
    let spot = |item: usize| graph.items.get(item).map(|item| Spot { layer: item.layer, y: item.y });
    let bends = passed.into_iter().zip(edges.iter().zip(&forward)).map(|(items, (given, forward))| {
        let mut spots: Vec<_> = items.into_iter().filter_map(spot).collect();
        if given != forward {
            spots.reverse();
        }
        spots
    });
    let bends = bends.collect();
    Layout { nodes: (0..nodes).filter_map(spot).collect(), bends, layers: depth, height }
}

/// The edges, with those turned round that would close a cycle.
fn without_cycles(nodes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for &(from, to) in edges {
        let closes = reaches(nodes, &kept, to, from);
        kept.push(if closes { (to, from) } else { (from, to) });
    }
    kept
}

fn reaches(nodes: usize, edges: &[(usize, usize)], from: usize, to: usize) -> bool {
    let mut seen = vec![false; nodes];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        match seen.get_mut(node) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        open.extend(edges.iter().filter(|(source, _)| *source == node).map(|(_, target)| *target));
    }
    false
}

fn longest_paths<'a>(nodes: usize, edges: impl Iterator<Item = &'a (usize, usize)> + Clone) -> Vec<usize> {
    let mut layers = vec![0; nodes];
    // Without cycles no path has more edges than there are nodes.
    for _ in 0..nodes {
        let mut changed = false;
        for &(from, to) in edges.clone() {
            let least = layers.get(from).map_or(0, |layer| layer + 1);
            if let Some(layer) = layers.get_mut(to).filter(|layer| **layer < least) {
                *layer = least;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    layers
}

struct Item {
    layer: usize,
    height: f64,
    y: f64,
}

struct Layered {
    items: Vec<Item>,
    links: Vec<(usize, usize)>,
}

impl Layered {
    /// Links two nodes through every layer between them; returns the stand-ins.
    fn connect(&mut self, (from, to): (usize, usize)) -> Vec<usize> {
        let layer = |items: &[Item], item: usize| items.get(item).map_or(0, |item| item.layer);
        let (first, last) = (layer(&self.items, from), layer(&self.items, to));
        let mut bends = Vec::new();
        let mut previous = from;
        for layer in first + 1..last {
            let bend = self.items.len();
            self.items.push(Item { layer, height: BEND_HEIGHT, y: 0.0 });
            self.links.push((previous, bend));
            bends.push(bend);
            previous = bend;
        }
        self.links.push((previous, to));
        bends
    }

    /// Orders each layer and gives every item its height. Returns the total height.
    fn arrange(&mut self, depth: usize, gap: f64) -> f64 {
        let mut layers: Vec<Vec<usize>> = vec![Vec::new(); depth];
        for (number, item) in self.items.iter().enumerate() {
            if let Some(layer) = layers.get_mut(item.layer) {
                layer.push(number);
            }
        }
        layers.iter().for_each(|layer| self.stack(layer, gap));
        for sweep in 0..SWEEPS {
            // Forwards an item is drawn to its causes, backwards to its consequences, at last to both.
            let (causes, consequences) =
                (sweep % 2 == 0 || sweep + 2 >= SWEEPS, sweep % 2 == 1 || sweep + 2 >= SWEEPS);
            let order: Vec<usize> =
                if sweep % 2 == 0 { (0..depth).collect() } else { (0..depth).rev().collect() };
            for number in order {
                let Some(layer) = layers.get_mut(number) else { continue };
                let wanted: Vec<f64> =
                    layer.iter().map(|item| self.wanted(*item, causes, consequences)).collect();
                let mut sorted: Vec<(f64, usize)> = wanted.into_iter().zip(layer.iter().copied()).collect();
                sorted.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(first.cmp(second)));
                *layer = sorted.iter().map(|(_, item)| *item).collect();
                self.pull(&sorted, gap);
            }
        }
        let top =
            self.items.iter().map(|item| item.y - item.height / 2.0).min_by(f64::total_cmp).unwrap_or(0.0);
        self.items.iter_mut().for_each(|item| item.y -= top);
        self.items.iter().map(|item| item.y + item.height / 2.0).max_by(f64::total_cmp).unwrap_or(0.0)
    }

    /// Puts a layer's items under one another.
    fn stack(&mut self, layer: &[usize], gap: f64) {
        let mut y = 0.0;
        for item in layer {
            if let Some(item) = self.items.get_mut(*item) {
                item.y = y + item.height / 2.0;
                y += item.height + gap;
            }
        }
    }

    /// The mean height of an item's neighbours, or its own if it has none.
    fn wanted(&self, item: usize, causes: bool, consequences: bool) -> f64 {
        let neighbour = |&(from, to): &(usize, usize)| match (from == item, to == item) {
            (true, _) if consequences => Some(to),
            (_, true) if causes => Some(from),
            _ => None,
        };
        let heights: Vec<f64> = self
            .links
            .iter()
            .filter_map(neighbour)
            .filter_map(|other| self.items.get(other))
            .map(|other| other.y)
            .collect();
        if heights.is_empty() {
            return self.items.get(item).map_or(0.0, |item| item.y);
        }
        heights.iter().sum::<f64>() / heights.len() as f64
    }

    /// Moves a layer's items to where they want to be, in their order and without overlap.
    fn pull(&mut self, wanted: &[(f64, usize)], gap: f64) {
        let mut free = f64::NEG_INFINITY;
        let mut drift = 0.0;
        for (y, item) in wanted {
            if let Some(item) = self.items.get_mut(*item) {
                item.y = y.max(free + item.height / 2.0);
                drift += item.y - y;
                free = item.y + item.height / 2.0 + gap;
            }
        }
        // What was pushed down is moved back up together, so that the layer stays around its middle.
        let back = drift / wanted.len().max(1) as f64;
        for (_, item) in wanted {
            if let Some(item) = self.items.get_mut(*item) {
                item.y -= back;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_point_to_later_layers_and_boxes_do_not_overlap() {
        // Chains, a fan, a cycle, a loop, an edge to nowhere.
        let edges = [(0, 1), (1, 2), (2, 3), (0, 3), (4, 2), (5, 2), (6, 2), (3, 1), (7, 7), (1, 99)];
        let heights = [40.0; 8];
        let layout = layout(&heights, &edges, 10.0);
        assert_eq!(layout.bends.len(), edges.len());
        let layer = |node: usize| layout.nodes[node].layer;
        assert_eq!([layer(0), layer(1), layer(2), layer(3)], [0, 1, 2, 3]);
        assert_eq!(layout.bends[3].len(), 2, "the long edge bends in two layers");
        for (a, first) in layout.nodes.iter().enumerate() {
            assert!(first.y >= 20.0 && first.y <= layout.height - 20.0 + 1e-9);
            for second in layout.nodes.iter().skip(a + 1).filter(|second| second.layer == first.layer) {
                assert!((first.y - second.y).abs() >= 50.0 - 1e-9, "{first:?} {second:?}");
            }
        }
    }

    #[test]
    fn an_empty_graph_is_laid_out() {
        let layout = layout(&[], &[(0, 1)], 10.0);
        assert_eq!((layout.layers, layout.height), (0, 0.0));
    }
}
