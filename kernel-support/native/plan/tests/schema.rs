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
    let text = r#"{"version":2,"incarnation":"a","hostname":"a","argv":["a"],"env":{},"workdir":"/","uid":1,"gid":1,"mounts":[
        {"kind":"bind","source":"/a","target":"/a","access":"read"},{"kind":"tmpfs","target":"/b","size_bytes":4096},
        {"kind":"proc","target":"/c"},{"kind":"symlink","target":"/d","to":"a"},{"kind":"file","target":"/e","content":""}],
        "doors":[{"port":1,"socket":"/d/s"}],"schedule":{"class":"dt"},"identity":{"own_uid":true},
        "limits":{"io_bytes_per_second":65536}}"#;
    let plan = agentos_plan::parse_plan(text.as_bytes()).expect("valid");
    let written = serde_json::to_value(&plan).expect("JSON");
    let schema = schema();
    let mut published = keys(&schema["properties"]);
    for reserved in ["staging", "held_calls", "restore_from", "zygote"] {
        assert!(published.remove(reserved), "{reserved} is in the schema");
    }
    assert_eq!(keys(&written), published);
    assert_eq!(keys(&written["doors"][0]), keys(&schema["properties"]["doors"]["items"]["properties"]));
    assert_eq!(keys(&written["identity"]), keys(&schema["properties"]["identity"]["properties"]));
    assert_eq!(keys(&written["stdio"]), keys(&schema["properties"]["stdio"]["properties"]));
    assert_eq!(keys(&written["limits"]), keys(&schema["properties"]["limits"]["properties"]));
    for (mount, kind) in written["mounts"].as_array().expect("a list").iter().zip(0..) {
        assert_eq!(keys(mount), keys(&schema["$defs"]["mount"]["oneOf"][kind]["properties"]));
    }
}

#[test]
fn the_schema_and_the_parser_name_the_same_classes() {
    let all = [
        r#"{"class":"hrt","runtime_us":10,"deadline_us":100,"period_us":100}"#,
        r#"{"class":"srt","weight":1,"slice_us":100,"burst_us":1}"#,
        r#"{"class":"dt"}"#,
    ];
    let schema = schema();
    for (text, kind) in all.iter().zip(1..) {
        let read: agentos_plan::Schedule = serde_json::from_str(text).expect("valid");
        let written = serde_json::to_value(&read).expect("JSON");
        assert_eq!(keys(&written), keys(&schema["properties"]["schedule"]["oneOf"][kind]["properties"]));
    }
}
