# SPDX-License-Identifier: Apache-2.0
"""datasets: made, mapped by two processes, saved, loaded from its arrow files,
from parquet and from text, streamed."""
import datasets

from told import inside, tell


def longer(row):
    return {"length": len(row["text"]) + row["i"]}


def main():
    datasets.disable_progress_bars()
    made = datasets.Dataset.from_dict({"i": list(range(4000)), "text": [f"line {i % 31} of text" for i in range(4000)]})
    made.save_to_disk(inside("saved"), num_shards=2)
    saved = datasets.load_from_disk(inside("saved"))
    tell("saved", saved[:])
    tell("mapped by two", saved.map(longer, num_proc=2, cache_file_name=inside("mapped.arrow"))["length"][:])
    tell("filtered", saved.filter(lambda row: row["i"] % 7 == 0, cache_file_name=inside("filtered.arrow"))[:])
    tell("shuffled", saved.shuffle(seed=1, indices_cache_file_name=inside("order.arrow"))[100:200])
    made.to_parquet(inside("made.parquet"))
    made.to_json(inside("made.jsonl"))
    with open(inside("lines.txt"), "w") as f:
        f.writelines(f"{row['text']}\n" for row in made)
    for kind, name in (("parquet", "made.parquet"), ("json", "made.jsonl"), ("text", "lines.txt")):
        loaded = datasets.load_dataset(kind, data_files=inside(name), split="train", cache_dir=inside("cache"))
        tell(kind, loaded[:])
    stream = datasets.load_dataset("parquet", data_files=inside("made.parquet"), split="train", streaming=True)
    tell("streamed", list(stream.shuffle(seed=2, buffer_size=100).take(50)))


if __name__ == "__main__":
    main()
