//! What a fault means, for somebody who reads its step for the first time: a fault comes in, half a
//! sentence goes out. Why it is offered is not known here.

use crate::fault::{ClockTrouble, DiskCall, DiskTrouble, Fault, LinkTrouble};

/// A fault as an entry of a page: its step, and what that means.
pub(super) fn entry(fault: &Fault) -> String {
    match meaning(fault) {
        meaning if meaning.is_empty() => fault.to_string(),
        meaning => format!("{fault}: {meaning}"),
    }
}

fn meaning(fault: &Fault) -> String {
    let own = |text: &str| text.to_owned();
    match fault {
        Fault::Crash { point: None, .. } => own("its process dies, its disk keeps all"),
        Fault::Crash { .. } => own("its process dies just there"),
        Fault::PowerLoss { point: Some(_), .. } => own("its machine goes off just there"),
        Fault::PowerLoss { kept_percent: 0, .. } => {
            own("its machine goes off, and what was not synced is gone")
        }
        Fault::PowerLoss { .. } => own("of what was not synced a part stays"),
        Fault::Stop { .. } => own("its process is asked to end, and does"),
        Fault::Restart { .. } => own("it comes up from what its disk kept"),
        Fault::Pause { .. } => own("it stands still, and what comes for it waits"),
        Fault::Resume { .. } => own("it goes on"),
        Fault::Partition { .. } => own("the two sides do not hear each other"),
        Fault::Isolate { .. } => own("it hears nobody, and nobody hears it"),
        Fault::Cut { both: true, .. } => own("neither hears the other"),
        Fault::Cut { from, to, .. } => format!("{to} does not hear {from}"),
        Fault::Ring { .. } => own("each hears a majority, no two the same"),
        Fault::Bridge { node } => format!("two halves hear {node}, and not each other"),
        Fault::Heal => own("all hear each other again"),
        Fault::Hold { .. } => own("what is sent from now on waits on the way"),
        Fault::Release { .. } => own("what waited there goes on"),
        Fault::Drop { .. } => own("the next one that is sent is lost"),
        Fault::Delay { .. } => own("the next one comes late"),
        Fault::Double { .. } => own("the next one comes twice"),
        Fault::Swap { .. } => own("the one after the next overtakes it"),
        Fault::Corrupt { .. } => own("the next one changes on the way"),
        Fault::Link { what: LinkTrouble::Loses { .. }, .. } => own("a share is lost"),
        Fault::Link { what: LinkTrouble::Late { .. }, .. } => own("all come late"),
        Fault::Link { .. } => own("few get through, and others wait or are lost"),
        Fault::Hurry { .. } => own("its clock jumps ahead"),
        Fault::Slow { .. } => own("each event takes it so long"),
        Fault::Disk { what, .. } => own(of_disk(*what)),
        Fault::Clock { what, .. } => own(of_clock(*what)),
        Fault::RestartAll => own("all processes die and come up again"),
        Fault::Mend { .. } => own("its disk and clock work again, no crash waits"),
        Fault::Clear { .. } => own("the link carries each message as it should"),
        Fault::Again { .. } => own("it asks once more, as it has no answer"),
        Fault::DoubleRequest { .. } => own("its next request comes twice"),
        _ => String::new(),
    }
}

const fn of_disk(what: DiskTrouble) -> &'static str {
    match what {
        DiskTrouble::Fails { call: DiskCall::Sync, .. } => "the node learns that it failed",
        DiskTrouble::Fails { kept_percent: 0, .. } => "nothing of it is written",
        DiskTrouble::Fails { .. } => "a part of it is written: a torn write",
        DiskTrouble::Full { .. } => "each write fails",
        DiskTrouble::Slow { .. } => "each sync takes longer",
        DiskTrouble::Lies { .. } => "syncs say yes and do nothing",
        DiskTrouble::Tears => "half of it is zeros, and nobody is told",
        DiskTrouble::Misdirects => "it lands elsewhere in its file",
        DiskTrouble::Flips { .. } => "a bit of what was durable changes",
        DiskTrouble::Loses { .. } => "a whole file is gone when it comes up",
        DiskTrouble::Wiped => "it comes up with an empty disk",
        DiskTrouble::Reverted => "it comes up with an older disk",
    }
}

const fn of_clock(what: ClockTrouble) -> &'static str {
    match what {
        ClockTrouble::Drifts { percent: 0.. } => "its clock runs fast",
        ClockTrouble::Drifts { .. } => "its clock runs slow",
        ClockTrouble::Wobbles { .. } => "its clock runs fast and slow by turns",
        ClockTrouble::Jitters { .. } => "its clock runs at changing speeds",
        ClockTrouble::Freezes { .. } => "its clock stands",
    }
}
