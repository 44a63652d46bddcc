//! Each of the clauses that need no time, by the shortest story that breaks it; and stories that
//! break none.

use super::{Clause, Group};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::time::Time;

/// Lines such as `n1 joins as generation 0` or, for its second life, `n1' joins as generation 9`.
fn tell(text: &str) -> Result<Group, (Clause, u64)> {
    let mut group = Group::new(3);
    for (place, line) in (1..).zip(text.lines().map(str::trim).filter(|line| !line.is_empty())) {
        let (node, said) = line.split_once(' ').expect("a line has a node");
        let lives = node.matches('\'').count() as u32;
        let number = node.trim_matches(['n', '\'']).parse().expect("a node has a number");
        let fact = Fact::Member(said.parse().expect(said));
        let (time, order) = (Time::millis(place), place);
        let told = Told { time, order, node: NodeId(number), incarnation: lives, fact };
        group.step(&told).map_err(|refusal| (refusal.clause, refusal.before))?;
    }
    Ok(group)
}

const TWO: &str = "
    n1 joins as generation 0
    n2 joins as generation 0
    n1 believes n2.0 alive (incarnation 0)";

fn refused(more: &str) -> (Clause, u64) {
    tell(&format!("{TWO}\n{more}")).expect_err("it must be refused")
}

#[test]
fn a_member_may_be_suspected_refute_it_go_down_and_come_back() {
    let story = "
        n1 believes n2.0 suspect (incarnation 0)
        n2 refutes with incarnation 1
        n1 believes n2.0 alive (incarnation 1)
        n1 believes n2.0 down (incarnation 0)
        n2 joins as generation 1
        n1 believes n2.1 alive (incarnation 0)
        n2' joins as generation 1000
        n1 believes n2.1000 alive (incarnation 0)
        n1' joins as generation 1000
        n1' believes n2.1 alive (incarnation 0)";
    assert!(tell(&format!("{TWO}\n{story}")).is_ok());
}

#[test]
fn each_clause_that_needs_no_time_is_broken_by_its_story() {
    let stories = [
        (Clause::NamesAreNew, 0, "n2' joins as generation 0"),
        (
            Clause::NeverBack,
            1,
            "n2 joins as generation 1
             n1 believes n2.1 alive (incarnation 0)
             n1 believes n2.0 alive (incarnation 0)",
        ),
        (
            Clause::NeverBack,
            1,
            "n2 refutes with incarnation 1
             n1 believes n2.0 alive (incarnation 1)
             n1 believes n2.0 suspect (incarnation 0)",
        ),
        (Clause::OwnIncarnation, 0, "n1 believes n2.0 alive (incarnation 1)"),
        (Clause::OwnIncarnation, 0, "n1 believes n2.1 alive (incarnation 0)"),
        (
            Clause::RefutesHigher,
            0,
            "n1 believes n2.0 suspect (incarnation 0)
             n1 believes n2.0 alive (incarnation 0)",
        ),
        (Clause::RefutesHigher, 0, "n2 refutes with incarnation 0"),
        (
            Clause::DownStaysDown,
            0,
            "n1 believes n2.0 down (incarnation 0)
             n1 believes n2.0 alive (incarnation 0)",
        ),
    ];
    for (clause, before, story) in stories {
        assert_eq!(refused(story), (clause, before), "{story}");
    }
}

#[test]
fn members_agree_when_each_believes_what_is_so() {
    let pair = |story: &str| {
        let mut group = tell(&format!("{TWO}\n{story}")).expect("nothing is refused");
        let dissenters: Vec<u32> = group.dissenters().map(|node| node.0).collect();
        (group.disagreement().map(|(who, of)| (who.0, of.0)), dissenters)
    };
    assert_eq!(pair(""), (Some((2, 1)), vec![2]));
    let both = "n2 believes n1.0 alive (incarnation 0)";
    assert_eq!(pair(both), (None, vec![]));
    // A suspect is a member still, but not by a name that is no more.
    let suspect = format!("{both}\n n1 believes n2.0 suspect (incarnation 0)");
    assert_eq!(pair(&suspect), (None, vec![]));
    let renamed = format!("{both}\n n2 joins as generation 1");
    assert_eq!(pair(&renamed), (Some((1, 2)), vec![1]));
    // Who has left is to be down with the others, and believes nothing itself.
    let left = format!(
        "{both}\n n3 joins as generation 0\n n1 believes n3.0 alive (incarnation 0)
         n3 believes n1.0 alive (incarnation 0)\n n2 leaves"
    );
    assert_eq!(pair(&left), (Some((1, 2)), vec![1]));
    let known = format!("{left}\n n1 believes n2.0 down (incarnation 0)");
    assert_eq!(pair(&known), (None, vec![]));
    // Who is the only member left may believe what it likes.
    assert_eq!(pair(&format!("{left}\n n3 leaves")), (None, vec![]));
}

#[test]
fn every_clause_has_a_name_of_its_own_and_says_where_it_comes_from() {
    let mut names: Vec<&str> = Clause::ALL.iter().map(|clause| clause.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Clause::ALL.len());
    for clause in Clause::ALL {
        assert!(clause.source().contains("SWIM"), "{}", clause.name());
        assert!(!clause.statement().ends_with('.'));
    }
}
