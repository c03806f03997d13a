//! What would fail if a show that runs went on air now: the list beside the big button. Its sources are open already and say
//! themselves how they are (a camera can't be opened twice); encoders, destinations and the recording are tried as
//! [`crate::check`] tries them.

use crate::{
    Finding, FindingLevel, Plan, Remote, ShowOptions, films,
    planner::{self, Known},
    preflight::{Findings, check_outputs, probes, report_plan},
    preflight_ask::config_dir,
    stage::{kind_of, state_words},
};
use outputs::services::ServiceList;
use std::path::PathBuf;

impl Remote {
    /// What would fail, before it does. Takes a few seconds at most: every destination is reached.
    pub fn check(&self) -> Vec<Finding> {
        let document = self.document();
        let mut found = Findings(vec![]);
        let open = self.0.stage.sources();
        for s in &document.project.sources {
            let subject = format!("source:{}", s.id);
            if kind_of(&s.kind).is_none() {
                let text = format!("{}: this version has no source of kind `{}`", s.label(), s.kind);
                found.add(FindingLevel::Warn, subject, text);
                continue;
            }
            let Some(live) = open.get(s.id.as_str()) else {
                found.add(
                    FindingLevel::Fail,
                    subject,
                    format!("{} could not be opened", s.label()),
                );
                continue;
            };
            let source = live.source.lock();
            for n in source.notices() {
                found.add(FindingLevel::Warn, subject.as_str(), format!("{}: {n}", s.label()));
            }
            match state_words(&source.state()) {
                (_, Some(reason)) => found.add(FindingLevel::Fail, subject, format!("{}: {reason}", s.label())),
                _ => found.add(FindingLevel::Pass, subject, format!("{} is there", s.label())),
            }
        }
        for (id, live) in open.iter().filter(|(id, _)| films::is_film(id)) {
            films::report(live, id, &mut found);
        }
        self.0.look_ahead(&document.project, &mut found);
        let options = ShowOptions {
            probe_exe: self.probe_exe(),
            config_dir: self.0.config_dir.clone(),
            ..ShowOptions::default()
        };
        check_outputs(&document.project, &document.path, &options, &mut found);
        report_plan(&self.plan(), &mut found);
        found.0
    }

    /// Which encodes the show takes, who shares them and what could be saved, with what has been measured so far.
    pub fn plan(&self) -> Plan {
        let project = self.document().project;
        let options = ShowOptions {
            probe_exe: self.probe_exe(),
            ..ShowOptions::default()
        };
        let known = Known {
            formats: &self.0.canvases,
            probes: &probes(&options),
            measured: &|m| self.0.encoders.measured_ms(m),
        };
        planner::plan(&project, &known)
    }

    /// The services a show can go to by name: the list shipped, or this user's newer one.
    pub fn services(&self) -> ServiceList {
        let options = ShowOptions {
            config_dir: self.0.config_dir.clone(),
            ..ShowOptions::default()
        };
        ServiceList::in_use(config_dir(&options).as_deref())
    }

    /// The program to run for probing encoders.
    pub fn probe_exe(&self) -> Option<PathBuf> {
        self.0.probe_exe.clone()
    }
}
