//! The drawing of a path through a model: its steps come in, with the messages that are on their
//! way after each; an SVG goes out. It knows no protocol.
//!
//! A message is an arrow from the step in which it was sent to the one in which it arrives or is
//! lost.

use std::fmt::Debug;

use crate::drawing::{self, Arrow, Mark, Tone};
use crate::id::NodeId;
use stateright::{Expectation, Model, Path};

/// What a drawing asks of a model's actions `A`, states `S` and messages `M`.
pub(super) struct Drawn<A, S, M> {
    /// Where an action happens, by the node's place, and the message that arrives or is lost in it.
    pub(super) takes: fn(A) -> Taken<M>,
    /// What is on its way in a state.
    pub(super) network: fn(&S) -> &[M],
    /// A message's sender and receiver, by their places.
    pub(super) ends: fn(&M) -> (u8, u8),
}

/// Where an action is drawn, and the message that it takes, with whether that is lost.
pub(super) type Taken<M> = (Option<u8>, Option<(M, bool)>);

/// The drawing of a path through a model of so many nodes. What is broken at its end stands below
/// it.
pub(super) fn drawing<P, M>(
    model: &P,
    nodes: u8,
    path: Path<P::State, P::Action>,
    drawn: &Drawn<P::Action, P::State, M>,
) -> String
where
    P: Model<Action: Copy + Debug>,
    M: PartialEq + Clone,
{
    let steps = path.into_vec();
    let after = steps.iter().skip(1).map(|(state, _)| state);
    let rows = steps.iter().zip(after).filter_map(|((_, action), after)| {
        let action = (*action)?;
        let (who, takes) = (drawn.takes)(action);
        let network = (drawn.network)(after).to_vec();
        Some(Row { who, text: format!("{action:?}"), takes, network })
    });
    let broken = broken(model, steps.last().map(|(state, _)| state));
    svg(nodes.into(), rows.collect(), broken, drawn.ends)
}

/// A step of a path.
struct Row<M> {
    who: Option<u8>,
    text: String,
    takes: Option<(M, bool)>,
    /// What is on its way afterwards.
    network: Vec<M>,
}

fn svg<M: PartialEq>(
    nodes: usize,
    steps: Vec<Row<M>>,
    broken: Option<&str>,
    ends: fn(&M) -> (u8, u8),
) -> String {
    let mut rows = Vec::with_capacity(steps.len() + 1);
    let mut arrows = Vec::new();
    let mut waiting: Vec<(M, usize)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        if let Some((message, lost)) = step.takes {
            let sent = waiting.iter().position(|(other, _)| *other == message);
            let sent = sent.map_or(number, |at| waiting.remove(at).1);
            let (from, to) = ends(&message);
            let (from, to) = ((sent, from.into()), (number, to.into()));
            arrows.push(Arrow { from, to, lost });
        }
        let who = step.who.map(|who| (usize::from(who), Mark::Event));
        rows.push(drawing::Row { text: step.text, who, tone: Tone::Plain });
        waiting.extend(new(&waiting, step.network).into_iter().map(|message| (message, number)));
    }
    if let Some(name) = broken {
        let text = format!("broken: {name}");
        rows.push(drawing::Row { text, who: None, tone: Tone::Broken });
    }
    let columns: Vec<String> = (0..nodes).map(|place| NodeId::at(place).to_string()).collect();
    drawing::svg(&columns, &rows, &arrows)
}

/// The first property that must always hold and does not in this state.
fn broken<M: Model>(model: &M, state: Option<&M::State>) -> Option<&'static str> {
    let state = state?;
    let fails = |property: &stateright::Property<M>| {
        property.expectation == Expectation::Always && !(property.condition)(model, state)
    };
    model.properties().into_iter().find(fails).map(|property| property.name)
}

/// What is on its way and was not before.
fn new<M: PartialEq>(waiting: &[(M, usize)], mut network: Vec<M>) -> Vec<M> {
    for (known, _) in waiting {
        if let Some(at) = network.iter().position(|message| message == known) {
            network.remove(at);
        }
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_arrow_from_its_sending_to_its_end() {
        let row =
            |text: &str, takes, network| Row { who: Some(0), text: text.into(), takes, network };
        let rows = vec![
            row("n1 -> n2", None, vec![(0, 1)]),
            row("again", None, vec![(0, 1), (0, 1)]),
            row("arrives", Some(((0, 1), false)), vec![(0, 1)]),
            row("is lost", Some(((0, 1), true)), vec![]),
        ];
        let svg = svg(2, rows, Some("one leader in a term"), |message| *message);
        assert!(svg.contains("n1 -&gt; n2"), "{svg}");
        assert!(svg.contains("broken: one leader in a term"), "{svg}");
        let arrows: Vec<&str> = svg.split("<line ").filter(|part| part.contains("#head")).collect();
        assert_eq!(arrows.len(), 2, "{svg}");
        assert!(arrows[0].starts_with("x1='535' y1='52' x2='665' y2='100'"), "{svg}");
        assert!(arrows[1].starts_with("x1='535' y1='76' x2='600' y2='124'"), "{svg}");
        assert!(arrows[1].contains("stroke-dasharray"), "{svg}");
    }
}
