//! The policy that decides now, even when the one on the disk is broken.

use std::path::Path;

use doorward::{Policy, PolicyError, Source};

use crate::kept::{Kept, keep, kept};
use crate::{Discovery, Layer, Places, PolicyFile, STARTER, STARTER_NAME, Sources};

/// A policy that decides, and how it came to.
#[derive(Clone, Debug)]
pub struct InForce {
    policy: Policy,
    standing: Standing,
    own_files: Vec<String>,
}

/// How a policy came to decide.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is what was found.
    Found,
    /// Nothing was found: it is the built-in starter policy.
    Starter,
    /// What was found does not load: it is the last one that did.
    LastGood {
        /// Why the one found does not load.
        error: PolicyError,
        /// When the last good one was kept, in seconds since 1970 UTC.
        since: i64,
    },
}

impl InForce {
    /// Returns the policy for `directories`: what is found for them, which is then kept as the last good one; else the last
    /// good one; else, when there is no file at all, the starter policy.
    ///
    /// A policy that cannot be kept decides all the same.
    ///
    /// # Errors
    ///
    /// Every problem of what was found, when none was kept before.
    pub fn find(places: &Places, directories: &[&Path]) -> Result<Self, PolicyError> {
        let found = Discovery::find_for(places, directories);
        let own_files = found.own_files().to_vec();
        if found.is_empty() {
            let starter = Source::new(STARTER_NAME, Layer::User, STARTER);
            return Ok(Self {
                policy: Sources::kept(vec![starter], own_files.clone()).build()?,
                standing: Standing::Starter,
                own_files,
            });
        }
        let sources = found.read();
        match sources.build() {
            Ok(policy) => {
                keep(places, directories, &sources, policy.id());
                Ok(Self {
                    policy,
                    standing: Standing::Found,
                    own_files,
                })
            }
            Err(error) => {
                // A directory that the session only went to must not stop it with a broken file of its own.
                let session = directories.get(..1).unwrap_or_default();
                let kept = kept(places, directories).or_else(|| kept(places, session));
                let Some(Kept { texts, since }) = kept else {
                    return Err(error);
                };
                // A project's file that was not there then tightens now, if it is not the broken one.
                let mut with_new = texts.clone();
                with_new.extend(new_project_files(&sources, &texts));
                let build = |texts| Sources::kept(texts, own_files.clone()).build();
                // What was kept loaded once; a newer version of this program may read it otherwise.
                match build(with_new).or_else(|_| build(texts)) {
                    Ok(policy) => Ok(Self {
                        policy,
                        standing: Standing::LastGood { error, since },
                        own_files,
                    }),
                    Err(_) => Err(error),
                }
            }
        }
    }

    /// Returns the policy that `files` make, for `directories`; nothing is looked for and nothing kept.
    ///
    /// # Errors
    ///
    /// Every problem of the files.
    pub fn named(
        places: &Places,
        directories: &[&Path],
        files: &[PolicyFile],
    ) -> Result<Self, PolicyError> {
        let mut own_files = Discovery::find_for(places, directories)
            .own_files()
            .to_vec();
        let named = files
            .iter()
            .filter_map(|file| file.path().canonicalize().ok());
        own_files.extend(named.filter_map(|path| path.into_os_string().into_string().ok()));
        let sources = Sources::read(files).keeping(own_files.clone());
        Ok(Self {
            policy: sources.build()?,
            standing: Standing::Found,
            own_files,
        })
    }

    /// Returns the policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns how it came to decide.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Returns the files that decide about an agent, as [`Discovery::own_files`].
    pub fn own_files(&self) -> &[String] {
        &self.own_files
    }
}

fn new_project_files<'s>(
    found: &'s Sources,
    kept: &'s [Source],
) -> impl Iterator<Item = Source> + use<'s> {
    found
        .texts()
        .iter()
        .filter(|source| source.layer() == Layer::Project)
        .filter(|source| kept.iter().all(|kept| kept.name() != source.name()))
        .cloned()
}
