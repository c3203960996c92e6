from __future__ import annotations

import subprocess
import sys
import threading
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import chinese
from indexer.analysis.normalize import simplify


def inner(word: str) -> set[str]:
    return {token.text for token in chinese.words(word)}


def test_our_words_are_many_different_and_han_only() -> None:
    assert len(chinese.OUR_WORDS) >= 2000
    assert len(set(chinese.OUR_WORDS)) == len(chinese.OUR_WORDS)
    assert [
        word for word in chinese.OUR_WORDS if len(word) < 2 or any(not "\u4e00" <= sign <= "\u9fff" for sign in word)
    ] == []


def test_our_words_are_cut_whole() -> None:
    assert [word for word in map(simplify, chinese.OUR_WORDS) if chinese.cut(word) != [word]] == []


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("主要是非小细胞肺癌患者", ["主要", "是", "非小细胞肺癌", "患者"]),
        ("并非小细胞肺癌", ["并", "非小细胞肺癌"]),
        ("晚期非小细胞肺癌", ["晚期", "非小细胞肺癌"]),
        ("型糖尿病", ["型", "糖尿病"]),
        ("南京市长江大桥", ["南京市", "长江大桥"]),
        ("随机对照试验的荟萃分析", ["随机对照试验", "的", "荟萃分析"]),
        ("", []),
        ("\U00020000々〇", ["\U00020000", "々", "〇"]),
    ],
)
def test_cut(run: str, words: list[str]) -> None:
    assert chinese.cut(run) == words


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("糖尿病肾病", "糖尿病"),
        ("糖尿病肾病", "肾病"),
        ("非小细胞肺癌", "肺癌"),
        ("非霍奇金淋巴瘤", "淋巴瘤"),
        ("类风湿关节炎", "关节炎"),
        ("人类免疫缺陷病毒", "免疫"),
        ("急性心肌梗死", "心肌梗死"),
    ],
)
def test_words_inside_are_indexed(word: str, part: str) -> None:
    assert part in inner(word)


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("非小细胞肺癌", "小细胞肺癌"),
        ("非霍奇金淋巴瘤", "霍奇金淋巴瘤"),
        ("非鳞状非小细胞肺癌", "小细胞肺癌"),
        ("非酒精性脂肪肝", "酒精性脂肪肝"),
        ("非劣效性试验", "劣效性试验"),
        ("抗凝血酶", "凝血酶"),
        ("去甲肾上腺素", "肾上腺素"),
        ("脱氧核糖核酸", "核糖核酸"),
        ("类风湿关节炎", "风湿"),
        ("亚临床甲状腺功能减退", "临床"),
    ],
)
def test_words_that_a_prefix_turns_round_are_not(word: str, part: str) -> None:
    assert word in inner(word)
    assert part not in inner(word)


runs = st.lists(
    st.sampled_from([*"非小的型京市长", "细胞", "肺癌", "糖尿病", "肾病", "南京", "长江", "是非"]), max_size=4
).map("".join)


@pytest.fixture(scope="module")
def dictionary() -> chinese._Dictionary:
    return chinese._load()


@given(run=runs)
def test_the_cut_is_the_most_probable_one(dictionary: chinese._Dictionary, run: str) -> None:
    weights, unknown = dictionary

    def weight(words: list[str]) -> int:
        return sum(weights.get(word) or unknown for word in words)

    places = range(1, len(run))
    every = [
        [run[start:end] for start, end in zip((0, *ends), (*ends, len(run)), strict=True)]
        for count in range(len(run))
        for ends in combinations(places, count)
    ]
    possible = [words for words in every if all(len(word) == 1 or weights.get(word) for word in words)]
    assert weight(chinese.cut(run)) == max(map(weight, possible), default=0)


@given(runs)
def test_a_word_that_is_cut_out_of_a_text_is_cut_out_of_itself(run: str) -> None:
    assert all(chinese.cut(word) == [word] for word in chinese.cut(run))


def test_the_dictionary_is_loaded_once_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    barrier = threading.Barrier(8)

    def load() -> chinese._Dictionary:
        loads.append(threading.get_ident())
        return chinese._Dictionary({"癌": -1}, -2)

    def use() -> None:
        barrier.wait()
        chinese.cut("癌")

    monkeypatch.setattr(chinese, "_loaded", [])
    monkeypatch.setattr(chinese, "_load", load)
    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_loading_says_nothing_and_leaves_no_cache_file(tmp_path) -> None:
    program = "from indexer.analysis import query_words; assert query_words('王小明与糖尿病')"
    environment = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path))}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
    assert list(tmp_path.iterdir()) == []
