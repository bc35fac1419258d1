//! The names a certificate is for: host names and IP addresses, and whether a CA's constraints permit them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{CidrSubnet, GeneralSubtree};
use rustls::pki_types::DnsName;
use x509_parser::extensions::{GeneralName, NameConstraints};

use super::TlsError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Dns(String),
    Ip(IpAddr),
}

/// This machine's own names and then the others, each once.
pub(super) fn with_own(others: &[String]) -> Result<Vec<Name>, TlsError> {
    let mut names = vec![
        Name::Dns("localhost".to_owned()),
        Name::Ip(Ipv4Addr::LOCALHOST.into()),
        Name::Ip(Ipv6Addr::LOCALHOST.into()),
    ];
    for other in others {
        let name = Name::parse(other)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

impl Name {
    fn parse(text: &str) -> Result<Self, TlsError> {
        if let Ok(address) = text.trim_matches(['[', ']']).parse() {
            return Ok(Self::Ip(address));
        }
        match DnsName::try_from(text) {
            Ok(name) => Ok(Self::Dns(name.as_ref().to_ascii_lowercase())),
            Err(_) => Err(TlsError::BadName { name: text.to_owned() }),
        }
    }

    /// The constraint that permits this name.
    pub(super) fn subtree(&self) -> GeneralSubtree {
        match self {
            Self::Dns(name) => GeneralSubtree::DnsName(name.clone()),
            Self::Ip(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, bits))
            }
        }
    }

    /// RFC 5280, 4.2.1.10: constraints bind only names of their own kind.
    pub(super) fn is_permitted(&self, constraints: &NameConstraints<'_>) -> bool {
        let trees = |trees: &Option<Vec<_>>| -> Vec<bool> {
            let trees = trees.iter().flatten();
            trees.filter_map(|tree: &x509_parser::extensions::GeneralSubtree<'_>| self.is_within(&tree.base)).collect()
        };
        let permitted = trees(&constraints.permitted_subtrees);
        let excluded = trees(&constraints.excluded_subtrees);
        (permitted.is_empty() || permitted.contains(&true)) && !excluded.contains(&true)
    }

    /// `None` if the tree is for another kind of name.
    fn is_within(&self, tree: &GeneralName<'_>) -> Option<bool> {
        match (self, tree) {
            (Self::Dns(name), GeneralName::DNSName(tree)) => {
                let tree = tree.trim_start_matches('.').to_ascii_lowercase();
                let rest = name.strip_suffix(&tree);
                Some(rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
            }
            (Self::Ip(address), GeneralName::IPAddress(tree)) => {
                let octets = match address {
                    IpAddr::V4(address) => address.octets().to_vec(),
                    IpAddr::V6(address) => address.octets().to_vec(),
                };
                // IPv4 and IPv6 constraints are one kind: an IPv4 tree alone leaves no IPv6 address permitted.
                let (base, mask) = tree.split_at(tree.len() / 2);
                let matches = base.len() == octets.len()
                    && octets
                        .iter()
                        .zip(base.iter().zip(mask))
                        .all(|(octet, (base, mask))| octet & mask == base & mask);
                Some(matches)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}
