//! A warm policy decides, and collects candidates, without allocating.

use doorward::Scratch;
use doorward_benches::calls::{Call, Calls};
use doorward_benches::counting::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_warm_verdict_and_its_candidates_allocate_nothing() {
    let mut decided = 0;
    for rule_count in [10, 100, 1000] {
        let calls = Calls::generate(rule_count, 2000, 1);
        let policy = calls.policy().expect("the workload loads");
        policy.warm();
        let requests = calls.read_requests().expect("the workload is requests");
        let mut scratch = Scratch::new();
        for request in &requests {
            policy.decide_near_with(&mut scratch, request);
        }
        let before = counting::count();
        drop(calls.requests.first().map(Call::read));
        assert!(counting::count() > before, "the counter counts");
        let mut wrong = Vec::with_capacity(requests.len());
        for (request, call) in requests.iter().zip(&calls.requests) {
            let before = counting::count();
            policy.decide_with(&mut scratch, request);
            policy.decide_near_with(&mut scratch, request);
            let allocations = counting::count() - before;
            if allocations > 0 {
                wrong.push((allocations, call));
            }
            decided += 1;
        }
        assert!(
            wrong.is_empty(),
            "{rule_count} rules: {} of {} decisions allocate, as this one: {:?}",
            wrong.len(),
            requests.len(),
            wrong.first()
        );
    }
    assert_eq!(decided, 6000);
    println!("{decided} decisions, no allocation");
}
