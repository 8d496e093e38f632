"""Galaxy Zoo 2's tree, and trees as a config may bring them, for tests."""

from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of

GALAXY_ZOO_2 = tree_from(questions_of("galaxy_zoo_2"))

# A ring search whose second question few are asked, and a number beside it.
RINGS = [
    {
        "text": "Is there a ring?",
        "answers": [
            {"column": "ring", "phrase": "a ring"},
            {"column": "no", "name": "no ring", "phrase": ""},
        ],
    },
    {
        "text": "What kind of ring is it?",
        "parent": "ring",
        "answers": [{"column": "inner"}, {"column": "outer"}, {"column": "other"}],
    },
    {"text": "How far away is it?", "answers": [{"column": "z", "phrase": "redshift"}]},
]
# A question with a single answer that leads to another, as where only the votes for are in a table.
VOTES_FOR = [
    {"text": "Is it odd?", "answers": [{"column": "odd"}]},
    {"text": "How?", "parent": "odd", "answers": [{"column": "arc"}, {"column": "dust"}]},
]
NUMBER = [{"text": "How bright is it?", "answers": [{"column": "glow"}]}]

RING_TREE, VOTES_FOR_TREE, NUMBER_TREE = map(tree_from, (RINGS, VOTES_FOR, NUMBER))
