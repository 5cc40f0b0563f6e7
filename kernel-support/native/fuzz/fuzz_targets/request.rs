//! Any packet is a request or a refusal with a code and a message.
#![no_main]

use agentos_plan::{Operation, parse_request};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match parse_request(bytes) {
        Ok(request) => {
            if let Operation::Spawn(plan) = request.operation {
                assert_eq!(plan.validate(), Ok(()));
            }
        }
        Err(error) => assert!(!error.body.message.is_empty() && error.body.step.is_some()),
    }
});
