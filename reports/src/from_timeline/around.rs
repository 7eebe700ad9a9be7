//! What was read, and the surroundings of the failing operation.

use timeline::graph::{Node, NodeData, NodeIndex};

use crate::model::{Coverage, Graph, GraphEdge, GraphNode, Histogram, NodeKind, Span, Text};

use super::{View, text, time, trust};

/// Files that were not understood and are listed by name.
const MAX_NOT_UNDERSTOOD: usize = 50;

impl View<'_> {
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let mut rows = Vec::new();
        for (input, scan) in self.timeline.case.inputs.iter().zip(&self.timeline.scans) {
            let path = input.path.clone();
            let mut row = |what: Text, count: u64, consequence: Text| {
                rows.push(Coverage {
                    input: path.clone(),
                    what,
                    count: Some(count),
                    consequence,
                    ..Coverage::default()
                });
            };
            for (class, count) in &scan.classes {
                row(
                    Text::new(format!("{class} events read"), format!("已读取 {class} 事件")),
                    *count,
                    Text::default(),
                );
            }
            if let Some(first) = &scan.first_bad {
                row(
                    Text::new(
                        format!("damaged records; the first: {first}"),
                        format!("损坏的记录；第一条：{first}"),
                    ),
                    scan.bad,
                    Text::new("what they held is not in this report", "其内容不在本报告中"),
                );
            }
            if scan.missing > 0 {
                row(
                    Text::new("kernel sequence numbers missing between the events", "事件之间缺失的内核序号"),
                    scan.missing,
                    Text::new(
                        "events were filtered out or dropped before the log was saved; the operation sought may be among them",
                        "保存日志之前有事件被筛除或丢弃；要找的操作可能在其中",
                    ),
                );
            }
            for caveat in &scan.caveats {
                rows.push(Coverage {
                    input: path.clone(),
                    what: text(&caveat.what),
                    count: caveat.count,
                    offset: caveat.offset,
                    consequence: text(&caveat.consequence),
                });
            }
            for problem in input.source.problems().into_iter().chain(scan.known.problems.iter().cloned()) {
                rows.push(Coverage {
                    input: path.clone(),
                    what: Text::plain(problem.what),
                    offset: problem.offset,
                    consequence: Text::new("names that the table held are missing", "表中的名称缺失"),
                    ..Coverage::default()
                });
            }
        }
        rows.extend(self.stack_coverage());
        for error in &self.timeline.case.unreadable {
            let consequence = match error {
                timeline::CaseError::Doubled { .. } => Text::new("nothing is lost", "没有丢失内容"),
                _ => Text::new("nothing of it is in this report", "其内容均不在本报告中"),
            };
            rows.push(Coverage { what: text(&error.words()), consequence, ..Coverage::default() });
        }
        let not_understood = &self.timeline.case.not_understood;
        for (path, what) in not_understood.iter().take(MAX_NOT_UNDERSTOOD) {
            rows.push(Coverage {
                input: path.clone(),
                what: Text::new(format!("not understood: {}", what.en), format!("无法识别：{}", what.zh)),
                consequence: Text::new("nothing of it is in this report", "其内容均不在本报告中"),
                ..Coverage::default()
            });
        }
        if let Some(more) = not_understood.len().checked_sub(MAX_NOT_UNDERSTOOD).filter(|more| *more > 0) {
            rows.push(Coverage {
                what: Text::new("more files that were not understood", "其他无法识别的文件"),
                count: Some(more as u64),
                consequence: Text::new("nothing of them is in this report", "其内容均不在本报告中"),
                ..Coverage::default()
            });
        }
        rows
    }

    pub(super) fn histogram(&self) -> Option<Histogram> {
        let scan = self.timeline.scans.iter().filter(|s| !s.histogram.is_empty()).max_by_key(|s| s.events)?;
        let (first, last) = (scan.first?, scan.last?);
        let bins = scan.histogram.len() as u64;
        let width = last.0.saturating_sub(first.0).checked_div(bins)?.saturating_add(1);
        Some(Histogram {
            start: Some(time(first)),
            bin: Some(Span::from_ticks(width)),
            events: scan.histogram.iter().map(|(events, _)| *events).collect(),
            failures: scan.histogram.iter().map(|(_, failures)| *failures).collect(),
        })
    }

    /// The whole graph, with the surroundings of the failure first.
    pub(super) fn graph(&self) -> Option<Graph> {
        let case = &self.diagnosis.graph;
        let graph = &case.graph;
        let (order, near) = case.by_distance(crate::charts::graph::MAX_NODES);
        if near == 0 {
            return None;
        }
        let nodes = order.into_iter().filter_map(|index| {
            let data = graph.node_weight(index)?;
            let (kind, detail) = self.node(data);
            Some(GraphNode {
                id: node_id(index),
                kind: Some(kind),
                label: text(&data.words),
                detail,
                time: data.time.map(time),
                trust: trust(data.trust),
                evidence: data.place.map(|p| self.place(Some(p))),
                failing: case.failing == Some(index),
            })
        });
        let nodes = nodes.collect();
        let edges = graph.edge_indices().filter_map(|index| {
            let (from, to) = graph.edge_endpoints(index)?;
            let data = graph.edge_weight(index)?;
            Some(GraphEdge {
                from: node_id(from),
                to: node_id(to),
                kind: data.kind.name().to_owned(),
                trust: trust(data.trust),
                evidence: Some(self.evidence(&data.evidence)),
            })
        });
        Some(Graph { near: Some(near as u64), nodes, edges: edges.collect() })
    }

    fn node(&self, data: &NodeData) -> (NodeKind, String) {
        match &data.node {
            Node::Operation(id) => {
                (NodeKind::Operation, self.timeline.event(*id).map_or_else(String::new, |e| e.path))
            }
            Node::Process(id) => (
                NodeKind::Process,
                self.timeline.process(*id).map_or_else(String::new, |p| p.command_line.clone()),
            ),
            Node::Object(_) => (NodeKind::Object, String::new()),
            Node::Service(number) => {
                let service = self.diagnosis.services.get(*number);
                // What it has to do with the failure is for the table.
                let state = service.and_then(|s| s.words.en.split_inclusive(". ").next());
                (NodeKind::Service, state.unwrap_or_default().trim_end().to_owned())
            }
            Node::LogLine(place) => {
                let place = self.place(Some(*place));
                (NodeKind::LogLine, format!("{}:{}", place.source, place.line.unwrap_or_default()))
            }
            Node::Phase(_) | Node::Boot(_) | Node::Sign(_) => (NodeKind::Phase, String::new()),
        }
    }
}

/// The name of a node in the report.
pub(super) fn node_id(node: NodeIndex) -> String {
    format!("n{}", node.index())
}
