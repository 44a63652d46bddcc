//! A schedule comes in; the same one goes out in other time: all that real clusters can be told is
//! so much faster. What a real cluster cannot do is left as it was.

use schism::expect::Lasting;
use schism::fault::{Fault, LinkTrouble};
use schism::schedule::{Action, Schedule, Timing, When};
use schism::time::{Time, micros};
use std::time::Duration;

/// The same schedule, so much faster.
pub fn paced<Op: Clone>(schedule: &Schedule<Op>, speed: f64) -> Schedule<Op> {
    let mut paced = schedule.clone();
    let span = |span: &mut Duration| *span = span.div_f64(speed);
    let Timing { client_timeout, linger, .. } = &mut paced.timing;
    [client_timeout, linger].into_iter().for_each(span);
    for step in &mut paced.steps {
        match &mut step.when {
            When::At(time) => *time = Time(micros(Duration::from_micros(time.0).div_f64(speed))),
            When::After(after) | When::On(_, after) => span(after),
        }
        match &mut step.action {
            Action::Expect(expect) => match &mut expect.lasting {
                Lasting::Now => {}
                Lasting::Within(time) | Lasting::For(time) => span(time),
            },
            Action::Load(load) => [&mut load.every, &mut load.lasts].into_iter().for_each(span),
            Action::Fault(fault) => of_fault(fault, speed),
            Action::Request { .. } => {}
        }
    }
    paced
}

fn of_fault(fault: &mut Fault, speed: f64) {
    let span = |span: &mut Duration| *span = span.div_f64(speed);
    match fault {
        Fault::RollingRestart { every } => span(every),
        Fault::Flap { every, lasts, .. } => [every, lasts].into_iter().for_each(span),
        Fault::Link { what, lasts, .. } => {
            span(lasts);
            match what {
                LinkTrouble::Late { by } => span(by),
                LinkTrouble::Narrow { per_second, .. } => {
                    *per_second = (f64::from(*per_second) * speed) as u32;
                }
                _ => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schism::spec::kv::Op;

    #[test]
    fn all_times_of_a_scenario_are_divided() {
        let slow: Schedule<Op> = "nodes 3  quiet  linger 6s  survives loss partitions stops delays
  @0ms   load c0 -> leader every 50ms for 20s
  @1s    expect a leader within 10s
  @2s    latency n1 -> n2 by 60ms for 10s
  @4s    flap n1 | n2 every 400ms for 2s
  @+2s   rolling-restart every 1s
"
        .parse()
        .expect("it is a schedule");
        let fast: Schedule<Op> = "nodes 3  quiet  client-timeout 500ms  linger 3s  \
             survives loss partitions stops delays
  @0ms   load c0 -> leader every 25ms for 10s
  @500ms expect a leader within 5s
  @1s    latency n1 -> n2 by 30ms for 5s
  @2s    flap n1 | n2 every 200ms for 1s
  @+1s   rolling-restart every 500ms
"
        .parse()
        .expect("it is a schedule");
        assert_eq!(paced(&slow, 2.0).to_string(), fast.to_string());
        assert_eq!(paced(&slow, 1.0), slow);
    }
}
