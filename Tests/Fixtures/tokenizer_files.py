"""Small tokenizers that the package `tokenizers` trains, and tokenizer-files.json with the tokens that it makes of texts.

It needs tokenizers 0.23. With `--strings <seed> <count>` it prints tokens of random texts by the same tokenizers instead, a
JSON object in each line, for the comparison that the tests do where the package is installed.
"""

import json
import pathlib
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = pathlib.Path(__file__).with_name("tokenizer-files")

CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")  # fmt: skip

SPECIAL = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]


def byte_trainer(size, special):
    return trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)


def gpt2():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer, byte_trainer(900, ["<|endoftext|>"])


def roberta():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    mask = AddedToken("<mask>", lstrip=True, special=True)
    return tokenizer, byte_trainer(600, ["<s>", "<pad>", "</s>", "<unk>", mask])


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(CL100K), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, byte_trainer(700, ["<|begin_of_text|>", "<|end_of_text|>"])


def o200k():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(O200K), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, byte_trainer(500, [])


def bert(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=30))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer, trainers.WordPieceTrainer(vocab_size=700, special_tokens=SPECIAL, show_progress=False)


def characters():
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Strip(), normalizers.NFD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.BPEDecoder()
    return tokenizer, trainers.BpeTrainer(
        vocab_size=500, special_tokens=["[UNK]"], end_of_word_suffix="</w>", limit_alphabet=60, show_progress=False)


def mixed():
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Split("in", "merged_with_previous"), pre_tokenizers.Split("_", "merged_with_next")])
    return tokenizer, trainers.BpeTrainer(
        vocab_size=450, special_tokens=["[UNK]"], continuing_subword_prefix="##", limit_alphabet=80, show_progress=False)


def finish(name, tokenizer):
    def id(token):
        return tokenizer.token_to_id(token)

    if name == "roberta":
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", id("</s>")), ("<s>", id("<s>")))
        tokenizer.enable_padding(pad_id=id("<pad>"), pad_token="<pad>", pad_to_multiple_of=4)
        tokenizer.enable_truncation(24)
    if name == "llama3":
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
                special_tokens=[("<|begin_of_text|>", id("<|begin_of_text|>"))])])
        tokenizer.enable_truncation(40, strategy="only_first", direction="left")
    if name == "bert-uncased":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", id("[CLS]")), ("[SEP]", id("[SEP]"))])
        tokenizer.enable_padding(pad_id=id("[PAD]"), pad_token="[PAD]", direction="left", length=32)
        tokenizer.enable_truncation(32)
    if name == "bert-cased":
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", id("[SEP]")), ("[CLS]", id("[CLS]")))
    if name == "mixed":
        tokenizer.add_tokens([
            AddedToken("ab", single_word=True), AddedToken("<gap>", rstrip=True, normalized=False), "<left>x", "<left>",
            AddedToken("É", normalized=True)])
    if name == "characters":
        tokenizer.add_tokens([AddedToken("NÉW", normalized=True), AddedToken("Old", normalized=False)])


def tokenizers():
    yield "gpt2", *gpt2()
    yield "roberta", *roberta()
    yield "llama3", *llama3()
    yield "o200k", *o200k()
    yield "bert-uncased", *bert(True)
    yield "bert-cased", *bert(False)
    yield "characters", *characters()
    yield "mixed", *mixed()


TEXTS = [
    "", " ", "a", "Hello, world!", "  two  spaces\tand\ttabs\n\nand lines\r\nof two kinds\r", "I'm you're it's we'll he'd they've can't",
    "I'M YOU'RE IT'S WE'LL don\u2019t 'tis '\u017fo", "1 12 123 1234 12345 3.14 1,000,000 \u00bd \u2167 \u0663\u0664",
    "na\u00efve caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m A\u030angstro\u0308m \u0130stanbul \u1e9e\u00df \u03a3\u03c3\u03c2",
    "\u4e2d\u6587\u5b57\u7b26 and \u65e5\u672c\u8a9e\u306e\u30c6\u30b9\u30c8 \ud55c\uad6d\uc5b4",
    "emoji \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f ok",
    "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439 \u043c\u0438\u0440 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u0928\u092e\u0938\u094d\u0924\u0947",
    "def f(x):\n    return x ** 2  # comment\n\n\n", "<|endoftext|>a<|endoftext|><|endoftext|> b", "[CLS] x [MASK] y[SEP]  [MASK].",
    "a <mask> b<mask>c  <mask>", "ab cab ab. abab ab_ \u00e9ab <gap>   x <left>x <left>y \u00c9 n\u00e9w N\u00c9W Old old",
    "x" * 300, "ab" * 200, " " * 50 + "end", "\u00a0\u2003\u3000wide\u0085spaces\u200bzero", "\x00\x01\x7f\x9f control \ufffd \ufeff",
    "\U00020000\U0002a6d6 \uf900 \u2f800 rare", "----- ===== !!! ??? ... \u2026 \u00ab\u00bb \u20ac100 #tag @user a_b",
    "https://example.org/path?x=1&y=%20#top C:\\dir\\file.txt", "UPPER lower Title camelCaseWord snake_case_word inside_in_in",
    "word's word\u2019s n't do not can not . , ? ! ' m", "\n", "\r\n\r\n", "\t \n \t", "a\nb", "a \n b", "1\n2", "!\n\n!",
]  # fmt: skip


def described(encoding, tokenizer):
    return {
        "ids": encoding.ids, "types": encoding.type_ids, "mask": encoding.attention_mask,
        "special": encoding.special_tokens_mask, "decoded": tokenizer.decode(encoding.ids),
        "decodedWithSpecial": tokenizer.decode(encoding.ids, skip_special_tokens=False),
    }  # fmt: skip


def main():
    corpus = FOLDER / "corpus.txt"
    contents = []
    for name, tokenizer, trainer in tokenizers():
        tokenizer.train([str(corpus)], trainer)
        finish(name, tokenizer)
        tokenizer.save(str(FOLDER / f"{name}.json"), pretty=False)
        cases = [{"text": text, "plain": tokenizer.encode(text, add_special_tokens=False).ids,
                  **described(tokenizer.encode(text), tokenizer)} for text in TEXTS]  # fmt: skip
        pairs = []
        for first, second in [(TEXTS[3], TEXTS[5]), (TEXTS[23], TEXTS[24]), ("a", TEXTS[24]), (TEXTS[24], "b")]:
            try:
                pairs.append({"text": first, "pair": second, **described(tokenizer.encode(first, second), tokenizer)})
            except BaseException:
                # The first text is too short to be cut, as far as its strategy says.
                continue
        batch = [encoding.ids for encoding in tokenizer.encode_batch(TEXTS[2:6])]
        contents.append({
            "name": name, "size": tokenizer.get_vocab_size(), "cases": cases, "pairs": pairs, "batch": batch})
    path = FOLDER.parent / "tokenizer-files.json"
    path.write_text(json.dumps(contents, separators=(",", ":")) + "\n")
    print(path.stat().st_size, sum(file.stat().st_size for file in FOLDER.iterdir()))


def random_text(chance, corpus):
    """A text of words of the corpus, characters of many scripts, and what separates them."""
    parts = []
    for _ in range(chance.randint(0, 30)):
        kind = chance.random()
        if kind < 0.35:
            start = chance.randrange(len(corpus) - 20)
            parts.append(corpus[start : start + chance.randint(1, 20)])
        elif kind < 0.5:
            parts.append("".join(chance.choice(" \t\n\r\u00a0\u2003\u3000'\u2019-_.,!?") for _ in range(chance.randint(1, 4))))
        elif kind < 0.6:
            parts.append(chance.choice(["'s", "'LL", "'re", "n't", "<mask>", "[SEP]", "<|endoftext|>", "<gap> ", "<left>x", "ab", "É"]))
        elif kind < 0.7:
            parts.append(str(chance.randint(0, 10**chance.randint(1, 9))))
        else:
            low, high = chance.choice([
                (0x20, 0x7E), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x620, 0x64A),
                (0x904, 0x939), (0x1E00, 0x1EFF), (0x2010, 0x2040), (0x2190, 0x21FF), (0x3041, 0x30FF), (0x4E00, 0x4FFF),
                (0xAC00, 0xAFFF), (0xFF01, 0xFF5E), (0x1F600, 0x1F64F), (0x1D400, 0x1D4FF), (0x1, 0x1F)])  # fmt: skip
            parts += [chr(chance.randint(low, high)) for _ in range(chance.randint(1, 5))]
    return "".join(parts)


def strings(seed, count):
    chance = random.Random(seed)
    corpus = (FOLDER / "corpus.txt").read_text()
    for name in ["gpt2", "roberta", "llama3", "o200k", "bert-uncased", "bert-cased", "characters", "mixed"]:
        tokenizer = Tokenizer.from_file(str(FOLDER / f"{name}.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        texts = [random_text(chance, corpus) for _ in range(count)]
        for text in texts:
            ids = tokenizer.encode(text).ids
            print(json.dumps({"name": name, "text": text, "ids": ids, "decoded": tokenizer.decode(ids)}))


if sys.argv[1:2] == ["--strings"]:
    strings(int(sys.argv[2]), int(sys.argv[3]))
else:
    main()
