//! The published schema names exactly the fields that the parser reads.

use serde_json::Value;
use std::collections::BTreeSet;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../plan.schema.json")).expect("the schema is JSON")
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn the_schema_and_the_parser_name_the_same_fields() {
    let text = r#"{"version":1,"incarnation":"a","hostname":"a","argv":["a"],"env":{},"workdir":"/","uid":1,"gid":1,"mounts":[
        {"kind":"bind","source":"/a","target":"/a","access":"read"},{"kind":"tmpfs","target":"/b","size_bytes":4096},
        {"kind":"proc","target":"/c"},{"kind":"symlink","target":"/d","to":"a"},{"kind":"file","target":"/e","content":""}]}"#;
    let plan = agentos_plan::parse_plan(text.as_bytes()).expect("valid");
    let written = serde_json::to_value(&plan).expect("JSON");
    let schema = schema();
    assert_eq!(keys(&written), keys(&schema["properties"]));
    assert_eq!(keys(&written["stdio"]), keys(&schema["properties"]["stdio"]["properties"]));
    assert_eq!(keys(&written["limits"]), keys(&schema["properties"]["limits"]["properties"]));
    for (mount, kind) in written["mounts"].as_array().expect("a list").iter().zip(0..) {
        assert_eq!(keys(mount), keys(&schema["$defs"]["mount"]["oneOf"][kind]["properties"]));
    }
}
