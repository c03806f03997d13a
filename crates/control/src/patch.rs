//! What changed from one state of the document to the next, so that a page with a big show is told one number and not two
//! thousand items. Pure: two JSON values in, a list of changes out. Carried out in order they make the new one of the old one.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// With more changes than this the whole document says it shorter.
const MOST: usize = 500;

/// One change of a JSON value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// Where: the names of members and indices of elements that lead there.
    pub at: Vec<Step>,
    /// What happens there.
    #[serde(flatten)]
    pub what: What,
}

/// One step of a way into a JSON value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Step {
    /// Member of an object.
    Name(String),
    /// Element of a list.
    Index(usize),
}

/// What happens at a place.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum What {
    /// This is there now.
    Set {
        /// It.
        value: Value,
    },
    /// The member is gone.
    Remove,
    /// In the list that is there some elements are replaced by others.
    Splice {
        /// Index of the first one.
        from: usize,
        /// How many are taken out.
        out: usize,
        /// What is put in.
        put: Vec<Value>,
    },
}

/// What makes `new` of `old`; none when that would be longer than `new`.
pub fn changes(old: &Value, new: &Value) -> Option<Vec<Change>> {
    let mut out = vec![];
    differ(&mut vec![], old, new, &mut out);
    (out.len() <= MOST).then_some(out)
}

fn differ(at: &mut Vec<Step>, old: &Value, new: &Value, out: &mut Vec<Change>) {
    if out.len() > MOST {
        return;
    }
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => members(at, a, b, out),
        (Value::Array(a), Value::Array(b)) => elements(at, a, b, out),
        (a, b) if a == b => {}
        _ => put(at, new, out),
    }
}

fn put(at: &[Step], value: &Value, out: &mut Vec<Change>) {
    out.push(Change {
        at: at.to_vec(),
        what: What::Set { value: value.clone() },
    });
}

fn members(at: &mut Vec<Step>, old: &Map<String, Value>, new: &Map<String, Value>, out: &mut Vec<Change>) {
    for (name, value) in new {
        at.push(Step::Name(name.clone()));
        match old.get(name) {
            Some(before) => differ(at, before, value, out),
            None => put(at, value, out),
        }
        at.pop();
    }
    for name in old.keys().filter(|n| !new.contains_key(*n)) {
        at.push(Step::Name(name.clone()));
        out.push(Change {
            at: at.clone(),
            what: What::Remove,
        });
        at.pop();
    }
}

/// Between what is the same at both ends: things of the same names one by one, else the middle as a whole.
fn elements(at: &mut Vec<Step>, old: &[Value], new: &[Value], out: &mut Vec<Change>) {
    let same = |(a, b): &(&Value, &Value)| a == b;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(same)
        .count();
    let (a, b) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    if a.is_empty() && b.is_empty() {
        return;
    }
    if a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same_thing(x, y)) {
        for (i, (x, y)) in a.iter().zip(b).enumerate() {
            at.push(Step::Index(head + i));
            differ(at, x, y, out);
            at.pop();
        }
        return;
    }
    out.push(Change {
        at: at.clone(),
        what: What::Splice {
            from: head,
            out: a.len(),
            put: b.to_vec(),
        },
    });
}

/// Whether both are the same thing of the document, however it changed.
fn same_thing(a: &Value, b: &Value) -> bool {
    match (a.get("id"), b.get("id")) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Carries changes out, as a page does.
    fn applied(mut value: Value, changes: &[Change]) -> Value {
        for c in changes {
            let (last, way) = match c.at.split_last() {
                Some((last, way)) if !matches!(c.what, What::Splice { .. }) => (Some(last), way),
                _ => (None, c.at.as_slice()),
            };
            let mut place = &mut value;
            for step in way {
                place = match step {
                    Step::Name(n) => &mut place[n],
                    Step::Index(i) => &mut place[i],
                };
            }
            match (&c.what, last) {
                (What::Set { value }, Some(Step::Name(n))) => place[n] = value.clone(),
                (What::Set { value }, Some(Step::Index(i))) => place[i] = value.clone(),
                (What::Set { value }, None) => *place = value.clone(),
                (What::Remove, Some(Step::Name(n))) => {
                    place.as_object_mut().expect("an object").remove(n);
                }
                (What::Splice { from, out, put }, _) => {
                    let list = place.as_array_mut().expect("a list");
                    list.splice(*from..*from + *out, put.iter().cloned());
                }
                other => panic!("{other:?}"),
            }
        }
        value
    }

    fn check(old: Value, new: Value, most: usize) {
        let list = changes(&old, &new).expect("few changes");
        assert!(list.len() <= most, "{list:?}");
        assert_eq!(applied(old, &list), new, "{list:?}");
    }

    #[test]
    fn changes_make_the_new_of_the_old() {
        let item = |id: &str, x: f64| json!({"id": id, "position": {"x": x, "y": 0.0}, "color": null});
        let scene = |items: Vec<Value>| json!({"id": "main", "items": items});
        let doc = |items: Vec<Value>| json!({"name": "Show", "scenes": [scene(items), {"id": "two", "items": []}]});
        let many = || (0..1000).map(|i| item(&format!("i{i}"), 0.0)).collect::<Vec<_>>();
        let with = |change: &dyn Fn(&mut Vec<Value>)| {
            let mut all = many();
            change(&mut all);
            doc(all)
        };
        check(doc(many()), doc(many()), 0);
        check(doc(many()), with(&|all| all[500]["position"]["x"] = json!(7.5)), 1);
        check(doc(many()), with(&|all| all.insert(3, item("new", 1.0))), 1);
        check(doc(many()), with(&|all| drop(all.remove(999))), 1);
        check(doc(many()), with(&|all| all.swap(10, 11)), 1);
        check(doc(many()), with(&|all| all[0]["color"] = json!("#fff")), 1);
        check(json!({"a": 1, "b": [1, 2, 3]}), json!({"b": [1, 4], "c": null}), 3);
        check(json!([]), json!({"was": "a list"}), 1);
    }

    #[test]
    fn what_is_said_shorter_as_a_whole_is_no_list() {
        let list = |v: i32| Value::from_iter((0..600).map(|i| (format!("k{i}"), json!(v))));
        assert_eq!(changes(&list(1), &list(2)), None);
    }

    #[test]
    fn changes_are_written_as_pages_read_them() {
        let list = changes(&json!({"l": [1, 2], "gone": 1}), &json!({"l": [1, 3], "new": "x"}));
        let text = serde_json::to_value(list).expect("json");
        assert_eq!(
            text,
            json!([
                {"at": ["l"], "do": "splice", "from": 1, "out": 1, "put": [3]},
                {"at": ["new"], "do": "set", "value": "x"},
                {"at": ["gone"], "do": "remove"},
            ])
        );
    }
}
