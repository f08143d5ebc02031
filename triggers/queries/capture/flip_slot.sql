SELECT setval('freshet.doorbell', last_value # 1) FROM freshet.doorbell
