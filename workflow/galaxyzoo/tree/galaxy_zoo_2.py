"""Galaxy Zoo 2's decision tree: the columns of each question, and the answer that leads to it.

Questions, answers and their order are those of Willett et al. 2013 (MNRAS 435, 2835, table 2); the
columns are named as in Kaggle's *Galaxy Zoo - The Galaxy Challenge*. The words for them are in
`galaxy_zoo_2_words`, apart, so that other words retrain nothing.
"""

from typing import Any

# For each question: the column that leads to it, and its answers' numbers in the catalogue.
PARENTS_AND_NUMBERS: list[tuple[str | None, list[int]]] = [
    (None, [1, 2, 3]),
    ("Class1.2", [4, 5]),
    ("Class2.2", [6, 7]),
    ("Class2.2", [8, 9]),
    ("Class2.2", [10, 11, 12, 13]),
    (None, [14, 15]),
    ("Class1.1", [16, 17, 18]),
    ("Class6.1", [19, 20, 21, 22, 23, 24, 38]),
    ("Class2.1", [25, 26, 27]),
    ("Class4.1", [28, 29, 30]),
    ("Class4.1", [31, 32, 33, 34, 36, 37]),
]

# The same as a tree is written in the config, with the catalogue's numbers beside the columns.
QUESTIONS: list[dict[str, Any]] = [
    {
        "parent": parent,
        "answers": [
            {"column": f"Class{question}.{position}", "number": number}
            for position, number in enumerate(numbers, 1)
        ],
    }
    for question, (parent, numbers) in enumerate(PARENTS_AND_NUMBERS, 1)
]
