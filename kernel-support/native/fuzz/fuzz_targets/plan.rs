//! Any bytes are a plan or a refusal that names a field; a plan is valid, and stays itself when written and read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match agentos_plan::parse_plan(bytes) {
        Ok(plan) => {
            assert_eq!(plan.validate(), Ok(()));
            let text = plan_text(&plan);
            assert_eq!(agentos_plan::parse_plan(&text).as_ref(), Ok(&plan));
        }
        Err(error) => assert!(!error.field.is_empty() && !error.message.is_empty()),
    }
});

fn plan_text(plan: &agentos_plan::Plan) -> Vec<u8> {
    serde_json::to_vec(plan).expect("a plan can be written")
}
