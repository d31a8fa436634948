package check

// refused reports whether name is a built-in that was looked at and is not allowed: it tells of the engine, its settings or its catalog, it
// keeps state, it reads or makes types by name, or one call of it can cost much more than its arguments are long.
func refused(name string) bool {
	switch name {
	case "alias", "array_resize", "bitstring", "can_cast_implicitly", "cast_to_type", "combine", "constant_or_null", "create_sort_key",
		"current_catalog", "current_connection_id", "current_database", "current_query", "current_query_id", "current_role",
		"current_schema", "current_schemas", "current_setting", "current_transaction_id", "current_user", "currval",
		"damerau_levenshtein", "editdist3", "enum_code", "enum_first", "enum_last", "enum_range", "enum_range_boundary", "error",
		"finalize", "from_json", "from_json_strict", "get_block_size", "get_type", "getvariable", "icu_sort_key", "in_search_path",
		"is_histogram_other_bin", "jaccard", "jaro_similarity", "jaro_winkler_similarity", "json_deserialize_sql", "json_serialize_plan",
		"json_serialize_sql", "json_transform", "json_transform_strict", "levenshtein", "list_resize", "make_type", "nextval",
		"parse_duckdb_log_message", "remap_struct", "replace_type", "session_user", "set_bit", "setseed", "sleep_ms", "st_asbinary",
		"st_astext", "st_aswkb", "st_aswkt", "st_crs", "st_geomfromwkb", "st_intersects_extent", "st_setcrs", "stats", "sum_no_overflow",
		"timetz_byte_comparable", "txid_current", "user", "variant_bytes_to_variant", "variant_normalize", "variant_to_parquet_variant",
		"vector_type", "version", "write_log":
		return true
	}
	return false
}
