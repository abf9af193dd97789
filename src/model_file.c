/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model file, all little-endian:
 *
 *   8 bytes   magic
 *   u32       version
 *   u32       number of sections
 *   u64       length of the file
 *   sections  4 bytes name, u32 CRC-32C, u64 length; in the order of the table below
 *   u32       CRC-32C of all before
 *   the sections' bytes, one after the other
 *
 * Every byte is covered by one of the checksums, and every model has one form only. */
#include "model_section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define VERSION      3
#define ENTRY_BYTES  16
#define HEADER_BYTES 24

/* As PNG's: not text, and spoilt by whoever takes it for text. */
static const uint8_t magic[8] = { 0x89, 'N', 'F', 'M', '\r', '\n', 0x1a, '\n' };

/* One section and its place in the file. */
struct section {
	const struct model_section *kind;
	const uint8_t *data;
	size_t len;
	uint32_t crc;
};

static bool put_sections(const struct model *m, struct bytes *table, struct bytes *body)
{
	for (unsigned i = 0; i < MODEL_SECTIONS; i++) {
		size_t from = body->len;

		model_section[i].pack(m, body);
		if (body->failed)
			return false;
		bytes_put(table, model_section[i].name, 4);
		bytes_le32(table, hash_crc32c(0, body->data + from, body->len - from));
		bytes_le64(table, body->len - from);
	}
	return true;
}

static bool put_file(const struct bytes *table, const struct bytes *body,
                     struct bytes *file)
{
	bytes_put(file, magic, sizeof(magic));
	bytes_le32(file, VERSION);
	bytes_le32(file, MODEL_SECTIONS);
	bytes_le64(file, HEADER_BYTES + table->len + 4 + body->len);
	bytes_put(file, table->data, table->len);
	if (table->failed || file->failed)
		return false;
	bytes_le32(file, hash_crc32c(0, file->data, file->len));
	bytes_put(file, body->data, body->len);
	return !file->failed;
}

int model_pack(const struct model *m, uint8_t **data, size_t *len)
{
	struct bytes table = { 0 }, body = { 0 }, file = { 0 };
	bool done;

	if (!m->forest || !m->prior || !m->threshold || !m->threshold_alone ||
	    !m->importance_gini || !m->importance_permutation || !m->median ||
	    !model_within_limits(m))
		return -EINVAL;
	done = put_sections(m, &table, &body) && put_file(&table, &body, &file);
	free(table.data);
	free(body.data);
	if (!done) {
		free(file.data);
		return -ENOMEM;
	}
	*data = file.data;
	*len = file.len;
	return 0;
}

static int read_header(struct cursor *c, size_t len, struct fault *f)
{
	const uint8_t *found;
	uint32_t version, sections;
	uint64_t length;

	if (!cur_bytes(c, sizeof(magic), &found) ||
	    memcmp(found, magic, sizeof(magic)) != 0)
		return fault_set(f, -EINVAL, "offset 0: not a model file");
	if (!cur_le32(c, &version) || version != VERSION)
		return fault_set(f, -EINVAL,
		                 "offset 8: not version %d, the only one known here",
		                 VERSION);
	if (!cur_le32(c, &sections) || sections != MODEL_SECTIONS)
		return fault_set(f, -EINVAL, "offset 12: not %d sections",
		                 MODEL_SECTIONS);
	if (!cur_le64(c, &length) || length != len)
		return fault_set(f, -EINVAL,
		                 "offset 16: the file has %zu bytes, not as many as it "
		                 "says",
		                 len);
	return 0;
}

static int read_table(struct cursor *c, struct section *s, struct fault *f)
{
	for (unsigned i = 0; i < MODEL_SECTIONS; i++) {
		size_t offset = HEADER_BYTES + (size_t)i * ENTRY_BYTES;
		const uint8_t *name;
		uint64_t len;

		if (!cur_bytes(c, 4, &name) || !cur_le32(c, &s[i].crc) ||
		    !cur_le64(c, &len))
			return fault_set(f, -EINVAL, "offset %zu: table cut short",
			                 offset);
		s[i].kind = &model_section[i];
		if (memcmp(name, s[i].kind->name, 4) != 0)
			return fault_set(f, -EINVAL, "offset %zu: no section %s here",
			                 offset, s[i].kind->name);
		if (len > cur_left(c))
			return fault_set(f, -EINVAL,
			                 "offset %zu: section %s longer than the file",
			                 offset, s[i].kind->name);
		s[i].len = (size_t)len;
	}
	return 0;
}

/* Cut the rest into the sections of the table. */
static int place_sections(struct cursor *c, const uint8_t *file, struct section *s,
                          struct fault *f)
{
	size_t head = (size_t)(c->p - file);
	uint32_t crc;

	if (!cur_le32(c, &crc) || crc != hash_crc32c(0, file, head))
		return fault_set(f, -EINVAL, "offset %zu: wrong checksum of the header",
		                 head);
	for (unsigned i = 0; i < MODEL_SECTIONS; i++) {
		size_t offset = (size_t)(c->p - file);

		if (!cur_bytes(c, s[i].len, &s[i].data))
			return fault_set(f, -EINVAL,
			                 "offset %zu: section %s longer than the file",
			                 offset, s[i].kind->name);
		if (hash_crc32c(0, s[i].data, s[i].len) != s[i].crc)
			return fault_set(f, -EINVAL,
			                 "offset %zu: wrong checksum of section %s (%zu "
			                 "bytes)",
			                 offset, s[i].kind->name, s[i].len);
	}
	if (cur_left(c))
		return fault_set(f, -EINVAL, "offset %zu: bytes behind the last section",
		                 (size_t)(c->p - file));
	return 0;
}

static int read_section(struct model *m, const struct section *s, const uint8_t *file,
                        struct fault *f)
{
	struct fault reason = { "" };
	int err = s->kind->parse(m, cur_of(s->data, s->len), &reason);

	if (err)
		return fault_set(f, err, "offset %zu, section %s: %s",
		                 (size_t)(s->data - file), s->kind->name, reason.text);
	return 0;
}

int model_parse(struct model *m, const void *data, size_t len, struct fault *f)
{
	struct section s[MODEL_SECTIONS];
	struct cursor c = cur_of(data, len);
	int err;

	model_init(m);
	err = read_header(&c, len, f);
	if (!err)
		err = read_table(&c, s, f);
	if (!err)
		err = place_sections(&c, data, s, f);
	for (unsigned i = 0; i < MODEL_SECTIONS && !err; i++)
		err = read_section(m, &s[i], data, f);
	if (err)
		model_clear(m);
	return err;
}
