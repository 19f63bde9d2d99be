"""What a company is found by, as words that every database can index.

One letter in front keeps the kinds of words apart: n and p are pieces of one and two
characters of company and contact names, i pieces of pinyin initials, s beginnings of
syllables, t a syllable with the beginning of the next, u the last four of the credit
code. A question becomes the same words; words that are only necessary are followed by
a comparison with the stored text.

Contacts have p and t alone: a surname would find every second company.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise, product

from .uscc import ALPHABET

# Spaces, punctuation, symbols and control characters never tell companies apart.
# Unassigned and private code points stay: rare characters of names live there.
DROPPED = ("P", "S", "Z", "Cc", "Cf", "Cs")
MAX_TERMS = 5
MAX_TERM = 40
CODE_TAIL = 4
CODE_LENGTH = 18
# I, O, S, V and Z, that is most pinyin, are in no code.
CODE_SIGNS = frozenset(ALPHABET.lower())
MIN_PERSON = 2
# Two initials fit too many people.
MIN_INITIALS = 3
MAX_LINES = 16
MAX_SPLITS = 32

# The syllables of Mandarin without tones, by initial; ü is written v.
FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo"
    " v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo"
    " v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(
    initial + final for initial, finals in FINALS.items() for final in finals.split()
)
BEGINNINGS = frozenset(
    syllable[:length]
    for syllable in SYLLABLES
    for length in range(1, len(syllable) + 1)
)
LONGEST = max(map(len, SYLLABLES))

# For each character of a name the ways to read it, the likeliest first.
Readings = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """How a company's names and its contacts' are read; nothing before a task ran."""

    names: Sequence[Readings] = ()
    people: Sequence[Readings] = ()


UNREAD = Read()


@dataclass(frozen=True, slots=True)
class Words:
    """The columns of one company's row in the search table."""

    names: str
    people: str
    code: str
    initials: str
    pinyin: str
    people_pinyin: str
    tokens: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to be found: words that must all be there, and what the text says."""

    tokens: tuple[str, ...]
    column: str
    needle: str
    at_end: bool = False
    # Whether the words alone decide, without a look at the text.
    is_exact: bool = False


# A question: every term must be found in one of its ways.
Question = tuple[tuple[Way, ...], ...]


def normalise(text: str) -> str:
    """One form for full width, capitals and punctuation: （ＴＣＬ）集团 → tcl集团."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        char for char in folded if not unicodedata.category(char).startswith(DROPPED)
    )


def words_of(
    names: Iterable[str],
    people: Iterable[str] = (),
    code: str = "",
    read: Read = UNREAD,
) -> Words:
    """What a company is stored under; without readings it is not found by pinyin."""
    clean = [one for one in map(normalise, names) if one]
    persons = [one for one in map(normalise, people) if one]
    persons += distinct(initials_of, read.people)
    code = normalise(code)
    initials = distinct(initials_of, read.names)
    pinyin = distinct(pinyin_of, read.names)
    people_pinyin = distinct(pinyin_of, read.people)
    tokens = {token for name in clean for token in pieces("n", name)}
    tokens |= {token for name in persons for token in pairs("p", name)}
    tokens |= {token for line in initials for token in pieces("i", line)}
    tokens |= {token for line in pinyin for token in beginnings(line)}
    tokens |= {
        token for line in (*pinyin, *people_pinyin) for token in neighbours(line)
    }
    if len(code) >= CODE_TAIL:
        tokens.add(f"u{code[-CODE_TAIL:]}")
    return Words(
        names="\n".join(clean),
        people="\n".join(persons),
        code=code,
        initials="\n".join(initials),
        pinyin="\n".join(pinyin),
        people_pinyin="\n".join(people_pinyin),
        tokens=" ".join(sorted(tokens)),
    )


def distinct(
    lines_of_one: Callable[[Readings], list[str]], readings: Iterable[Readings]
) -> list[str]:
    return list(dict.fromkeys(line for one in readings for line in lines_of_one(one)))


def pieces(kind: str, text: str) -> list[str]:
    """Every character and every pair of neighbours."""
    return [kind + char for char in text] + pairs(kind, text)


def pairs(kind: str, text: str) -> list[str]:
    return [kind + text[index : index + 2] for index in range(len(text) - 1)]


def beginnings(line: str) -> Iterator[str]:
    for syllable in line.split("/")[1:]:
        for length in range(1, len(syllable) + 1):
            yield f"s{syllable[:length]}"


def neighbours(line: str) -> Iterator[str]:
    for before, syllable in pairwise(line.split("/")[1:]):
        for length in range(1, len(syllable) + 1):
            yield following(before, syllable[:length])


def following(syllable: str, beginning: str) -> str:
    """The length tells xi'an from xia'n: no sign may stand between in an index."""
    return f"t{len(syllable)}{syllable}{beginning}"


def initials_of(readings: Readings) -> list[str]:
    return ["".join(one[0] for one in line) for line in lines_of(readings)]


def pinyin_of(readings: Readings) -> list[str]:
    return ["".join(f"/{one}" for one in line) for line in lines_of(readings)]


def lines_of(readings: Readings) -> list[tuple[str, ...]]:
    """The likeliest reading first, then those that differ in one character, in two …"""
    first = tuple(ways[0] for ways in readings)
    open_to = [index for index, ways in enumerate(readings) if len(ways) > 1]
    lines = (
        replaced(first, where, instead)
        for count in range(len(open_to) + 1)
        for where in combinations(open_to, count)
        for instead in product(*(readings[index][1:] for index in where))
    )
    return list(islice(lines, MAX_LINES))


def replaced(
    line: tuple[str, ...], where: Sequence[int], instead: Sequence[str]
) -> tuple[str, ...]:
    changed = list(line)
    for index, one in zip(where, instead, strict=True):
        changed[index] = one
    return tuple(changed)


def question(text: str) -> Question | None:
    """What a person typed, as terms and ways; None if nothing was typed."""
    parts = text.split()
    if not parts:
        return None
    joined = normalise(text)
    # A code copied with its gaps is one term.
    if len(joined) == CODE_LENGTH and is_latin(joined):
        parts = [joined]
    terms = [normalise(part)[:MAX_TERM] for part in parts[:MAX_TERMS]]
    # Only signs were typed: nothing is called that.
    return tuple(ways(term) for term in terms if term) or ((),)


def ways(term: str) -> tuple[Way, ...]:
    """How one term may be meant."""
    short = len(term) <= MIN_PERSON
    found = [Way(middle("n", term), "names", term, is_exact=short)]
    if len(term) >= (MIN_INITIALS if is_latin(term) else MIN_PERSON):
        found.append(Way(middle("p", term), "people", term, is_exact=short))
    if not is_latin(term):
        return tuple(found)
    if len(term) >= CODE_TAIL and CODE_SIGNS.issuperset(term):
        tail = f"u{term[-CODE_TAIL:]}"
        is_exact = len(term) == CODE_TAIL
        found.append(Way((tail,), "code", term, at_end=True, is_exact=is_exact))
    found.append(Way(middle("i", term), "initials", term, is_exact=short))
    for split in islice(splits(term), MAX_SPLITS):
        tokens = tuple(following(*two) for two in pairwise(split)) or (f"s{split[0]}",)
        needle = "".join(f"/{one}" for one in split)
        exact = len(split) <= 2
        found.append(Way(tokens, "pinyin", needle, is_exact=exact))
        if len(split) > 1:
            found.append(Way(tokens, "people_pinyin", needle, is_exact=exact))
    return tuple(found)


def middle(kind: str, term: str) -> tuple[str, ...]:
    """The words that a text with this piece must have: its pairs, or the one sign."""
    return tuple(dict.fromkeys(pairs(kind, term))) or (kind + term,)


def splits(term: str) -> Iterator[tuple[str, ...]]:
    """Every way to read letters as syllables, the last one perhaps unfinished."""
    # Which rests can be read at all: else "anan…q" would be tried without end.
    readable = [False] * len(term)
    for start in reversed(range(len(term))):
        readable[start] = term[start:] in BEGINNINGS or any(
            readable[start + length] and term[start : start + length] in SYLLABLES
            for length in range(1, min(LONGEST, len(term) - start - 1) + 1)
        )

    def read(start: int) -> Iterator[tuple[str, ...]]:
        if term[start:] in BEGINNINGS:
            yield (term[start:],)
        for end in range(min(start + LONGEST, len(term) - 1), start, -1):
            if readable[end] and term[start:end] in SYLLABLES:
                for rest in read(end):
                    yield (term[start:end], *rest)

    return read(0)


def is_latin(term: str) -> bool:
    return term.isascii() and term.isalnum()
