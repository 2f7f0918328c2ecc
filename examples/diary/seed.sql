-- Two weeks of one user's meals, so that the first question has an answer.

CREATE TABLE meals (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    client_request_id TEXT NOT NULL,
    day TEXT NOT NULL CHECK (day IS date(day)),
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner', 'snack')),
    what TEXT NOT NULL,
    kcal INTEGER NOT NULL,
    protein_g REAL,
    carbs_g REAL,
    fat_g REAL,
    logged_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    -- A meal that is sent twice is one meal.
    UNIQUE (user_id, client_request_id)
) STRICT;

CREATE INDEX meals_by_day ON meals (user_id, day);

-- Days ago, meal, what, kcal, protein, carbohydrates, fat.
INSERT INTO meals (user_id, client_request_id, day, meal, what, kcal, protein_g, carbs_g, fat_g)
SELECT 'me', format('seed-%02d-%s', column1, column2), date('now', '-' || column1 || ' days'), column2, column3,
    column4, column5, column6, column7
FROM (VALUES
    (13, 'breakfast', 'Oats with apple', 380, 12.0, 62.0, 9.0),
    (13, 'lunch', 'Lentil soup, bread', 520, 24.0, 80.0, 11.0),
    (13, 'dinner', 'Baked salmon, potatoes', 690, 41.0, 52.0, 33.0),
    (12, 'breakfast', 'Two eggs, rye bread', 410, 22.0, 34.0, 19.0),
    (12, 'lunch', 'Falafel wrap', 640, 19.0, 78.0, 27.0),
    (12, 'dinner', 'Vegetable curry, rice', 610, 14.0, 98.0, 16.0),
    (11, 'breakfast', 'Yoghurt with berries', 290, 17.0, 34.0, 8.0),
    (11, 'lunch', 'Chicken salad', 480, 38.0, 18.0, 27.0),
    (11, 'dinner', 'Pasta with tomato sauce', 720, 22.0, 118.0, 16.0),
    (10, 'breakfast', 'Oats with banana', 420, 12.5, 70.0, 9.5),
    (10, 'lunch', 'Sushi, 12 pieces', 540, 24.0, 88.0, 8.0),
    (10, 'snack', 'Handful of nuts', 180, 6.0, 5.0, 15.0),
    (10, 'dinner', 'Omelette with spinach', 430, 28.0, 8.0, 31.0),
    (9, 'breakfast', 'Oats with apple', 380, 12.0, 62.0, 9.0),
    (9, 'dinner', 'Pizza, half', 810, 32.0, 96.0, 33.0),
    (8, 'breakfast', 'Pancakes', 560, 15.0, 82.0, 19.0),
    (8, 'dinner', 'Bean stew', 590, 29.0, 81.0, 15.0),
    (7, 'breakfast', 'Rye bread with cheese', 390, 19.0, 38.0, 18.0),
    (7, 'lunch', 'Pea soup', 450, 23.0, 60.0, 11.0),
    (7, 'dinner', 'Fish fingers, mash', 640, 27.0, 68.0, 27.0),
    (6, 'breakfast', 'Oats with apple', 380, 12.0, 62.0, 9.0),
    (6, 'lunch', 'Lentil soup, bread', 520, 24.0, 80.0, 11.0),
    (6, 'dinner', 'Stir-fried tofu, noodles', 670, 31.0, 84.0, 22.0),
    (5, 'breakfast', 'Yoghurt with granola', 430, 16.0, 58.0, 14.0),
    (5, 'lunch', 'Tuna sandwich', 510, 33.0, 48.0, 19.0),
    (5, 'dinner', 'Mushroom risotto', 740, 18.0, 102.0, 27.0),
    (4, 'breakfast', 'Two eggs, rye bread', 410, 22.0, 34.0, 19.0),
    (4, 'lunch', 'Chicken salad', 480, 38.0, 18.0, 27.0),
    (4, 'snack', 'Apple', 90, 0.5, 23.0, 0.3),
    (4, 'dinner', 'Chilli with rice', 710, 36.0, 92.0, 20.0),
    (3, 'breakfast', 'Oats with banana', 420, 12.5, 70.0, 9.5),
    (3, 'lunch', 'Falafel wrap', 640, 19.0, 78.0, 27.0),
    (3, 'dinner', 'Baked cod, vegetables', 480, 42.0, 28.0, 21.0),
    (2, 'breakfast', 'Rye bread with cheese', 390, 19.0, 38.0, 18.0),
    (2, 'lunch', 'Tomato soup, bread', 430, 12.0, 64.0, 14.0),
    (2, 'dinner', 'Burger, small fries', 930, 39.0, 88.0, 46.0),
    (1, 'breakfast', 'Yoghurt with berries', 290, 17.0, 34.0, 8.0),
    (1, 'lunch', 'Couscous salad', 490, 15.0, 76.0, 14.0),
    (1, 'snack', 'Handful of nuts', 180, 6.0, 5.0, 15.0),
    (1, 'dinner', 'Vegetable lasagne', 680, 28.0, 74.0, 30.0),
    (0, 'breakfast', 'Oats with apple', 380, 12.0, 62.0, 9.0));
