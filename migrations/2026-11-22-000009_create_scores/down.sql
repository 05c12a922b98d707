DROP TABLE score_sum;
DROP TABLE score_count;
DROP TABLE score_contribution;
DROP TABLE score_fold;
