# SPDX-License-Identifier: Apache-2.0
"""pyarrow: parquet, feather and streams, whole, by columns, mapped."""
import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq

from told import inside, tell

order = np.random.default_rng(0)
table = pa.table({"id": pa.array(range(20000)), "x": order.standard_normal(20000),
                  "text": [f"sample {i % 97}" for i in range(20000)]})
pq.write_table(table, inside("table.parquet"), row_group_size=2500)
pyarrow.dataset.write_dataset(table, inside("parts"), format="parquet", max_rows_per_file=5000, max_rows_per_group=2500)
with pa.OSFile(inside("file.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=1000)
pyarrow.feather.write_feather(table, inside("table.feather"), compression="lz4")


def rows(t):
    return t.sort_by("id").to_pydict()


tell("parquet", rows(pq.read_table(inside("table.parquet"))))
tell("parquet, mapped", rows(pq.read_table(inside("table.parquet"), memory_map=True)))
with pq.ParquetFile(inside("table.parquet")) as f:
    tell("row groups", [f.read_row_group(i, columns=["x"]).to_pydict() for i in (6, 1, 3)])
    tell("buffered", [b.to_pydict() for b in f.iter_batches(batch_size=3000, columns=["text"])])
tell("data set", rows(pyarrow.dataset.dataset(inside("parts"), format="parquet").to_table(filter=pyarrow.dataset.field("id") > 7000)))
with pa.memory_map(inside("file.arrow")) as f:
    tell("arrow, mapped", rows(pa.ipc.open_file(f).read_all()))
with pa.OSFile(inside("file.arrow")) as f:
    reader = pa.ipc.open_file(f)
    tell("arrow, read", [reader.get_batch(i).to_pydict() for i in (9, 2, 5)])
tell("feather", rows(pyarrow.feather.read_table(inside("table.feather"), memory_map=False)))
