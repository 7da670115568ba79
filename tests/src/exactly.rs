//! Exactly N: many clients on few links, while servers and Redis are killed and started again, and afterwards a judge.
//!
//! [`plan`] draws from a seed what is sent and who takes it, [`world`] is the servers over one ledger, [`faults`] kills
//! them when so many calls were begun, [`clients`] work through the plan and write a [`history`], [`look`] adds what was
//! left in the end, and [`judge`] says what is wrong with all that.

pub mod history;
pub mod judge;
