"""YAML as editors read it, with python3-yaml."""

import yaml


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: 1e-3 is a number, yes and 2026-01-01 are text."""


Core.yaml_implicit_resolvers = {}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", yaml.resolver.re.compile("^(true|false)$"), list("tf"))
Core.add_implicit_resolver("tag:yaml.org,2002:int", yaml.resolver.re.compile("^[-+]?[0-9]+$"), list("-+0123456789"))
Core.add_implicit_resolver("tag:yaml.org,2002:float", yaml.resolver.re.compile(
    r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"), list("-+.0123456789"))
Core.add_implicit_resolver("tag:yaml.org,2002:null", yaml.resolver.re.compile("^(null|~|)$"), ["n", "~", ""])


def load(text):
    return yaml.load(text, Core)
