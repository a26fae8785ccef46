//! One suite that every store must pass: each function states one promise of the traits and takes a fresh, migrated,
//! empty store.
//!
//! [`conformance_tests!`](crate::conformance_tests) makes a test of each, so that a failure names the promise.

#![expect(clippy::missing_panics_doc, reason = "a broken promise panics, that is how a test fails")]

pub mod acting;
pub mod adopting;
pub mod alerting;
pub mod assigning;
pub mod copying;
pub mod erasing;
pub mod given;
pub mod hearing;
pub mod ingesting;
pub mod judging;
pub mod keeping;
pub mod layering;
pub mod mapping;
pub mod overriding;
pub mod paging;
pub mod phrasing;
pub mod querying;
pub mod rolling;
pub mod searching;
pub mod surveying;
pub mod texts;
pub mod theming;
pub mod tokening;
pub mod triaging;
pub mod working;

/// Makes a test of every promise. `$make` is an async function without arguments that returns
/// `Option<(impl Store, Guard)>`: a fresh, migrated store and whatever must outlive it, or `None` to skip.
#[macro_export]
macro_rules! conformance_tests {
    ($make:path) => {
        $crate::conformance_tests! { @each $make;
            ingesting: a_page_is_stored_with_its_cursor, the_same_page_again_changes_nothing, of_two_with_one_identity_the_later_wins,
                a_changed_text_is_a_revision, an_approximate_date_never_replaces_a_known_one, failures_count_until_the_next_success,
                a_hidden_mention_counts_nowhere_until_it_is_back, doubts_last_until_a_good_reading, what_vanished_upstream_is_hidden, rejected_rows_are_kept_once, a_large_page_is_stored_whole,
                sources_do_not_share_identities, mentions_come_by_id;
            copying: a_copy_is_neither_judged_nor_counted, short_texts_are_copies_only_by_their_canonical_id, a_copy_takes_the_place_of_a_hidden_original,
                a_copy_of_a_dropped_text_is_a_copy, a_copy_that_is_revised_stands_for_itself, a_revision_can_make_a_copy, two_sources_at_once_make_one_original,
                stars_against_the_text_are_found;
            keeping: dropped_items_are_kept_with_their_reason, an_origin_read_afresh_forgets_its_rejected_rows,
                a_renamed_source_is_the_same_source;
            texts: any_text_survives, null_characters_are_dropped, long_texts_survive;
            working: claims_are_oldest_first_and_exclusive, the_oldest_work_tells_what_is_done, a_lease_ends_with_its_time, a_worker_that_lives_keeps_its_work, a_clock_that_jumps_costs_no_result, concurrent_claims_are_disjoint,
                work_given_back_counts_no_try, everyone_may_work_at_once, failures_are_set_aside_at_the_limit, a_failure_without_the_lease_is_ignored,
                a_revision_takes_the_lease_away, a_crash_counts_as_a_try;
            judging: the_first_model_is_adopted, a_second_model_judges_beside_the_first, opinions_are_replaced_not_added,
                opinions_round_trip, a_lost_lease_drops_only_its_mention, a_finished_batch_cannot_be_finished_twice,
                a_new_calibration_queues_every_map, a_failed_write_leaves_nothing;
            mapping: a_new_map_queues_what_is_judged, a_changed_map_queues_again, wording_alone_queues_nothing, every_definition_of_a_map_is_kept,
                a_retired_map_is_out_of_use_until_it_is_back, texts_wait_for_vectors_per_model;
            assigning: assignments_need_the_lease, placing_again_replaces, what_moved_is_told, flags_follow_their_opinions, touched_flags_stay,
                new_opinions_take_placing_back;
            triaging: triage_changes_what_it_names, triage_is_on_record, triage_is_all_or_nothing, flag_queries_narrow,
                handled_flags_are_not_taken_away, pages_of_flags_join, new_flags_come_after_the_last_seen;
            tokening: a_token_is_found_by_its_hash_alone, a_revoked_token_stays_on_record, a_name_has_one_valid_token,
                use_is_noted_to_the_minute;
            rolling: rollups_are_sums_of_tallies, emotions_are_counted_of_what_is_sure, rollups_survive_any_sequence, a_window_selects_its_days, last_days_look_at_all_time;
            adopting: models_are_listed_with_what_they_judged, an_adopted_model_is_the_one_that_counts,
                an_adoption_is_undone_by_adopting_the_model_before, adopting_takes_the_lease_of_placing_away,
                what_the_adopted_model_has_not_judged_is_placed_again, models_change_hands_on_record, a_correction_holds_for_every_model,
                a_touched_flag_outlives_its_model, only_what_does_not_count_is_forgotten, judged_by_both_means_as_they_are_now;
            overriding: a_correction_outlives_the_opinion, a_correction_queues_every_map, the_latest_correction_wins_in_lists,
                correcting_nothing_is_an_error, what_people_placed_is_found_by_their_latest_word, heads_are_kept_per_model;
            acting: a_correction_is_on_record, acts_are_listed_newest_first, a_job_is_taken_once_until_it_is_given_back,
                work_of_a_process_that_is_gone_is_freed;
            erasing: what_is_meant_is_found, what_is_erased_is_gone_from_every_count, what_is_erased_does_not_come_back,
                rows_that_could_not_be_read_go_too, old_texts_go_and_their_counts_stay, redactions_are_counted_once;
            surveying: answers_count_once, answers_of_the_erased_go_and_stay_out, answers_keep_their_place, stage_entries_add_up_over_days,
                ratings_are_counted_by_value_and_place, labels_are_kept_per_model;
            hearing: voices_of_one_author_are_one, voices_of_one_thread_are_one_where_authors_are_unknown,
                a_mention_at_two_touchpoints_is_one_voice, dropped_texts_leave_no_voice_behind,
                days_tell_how_often_they_changed, joined_periods_are_kept_by_shape, hours_are_counted_where_they_are_told;
            layering: layers_appear_whole_and_only_when_done, every_run_is_a_version, looking_back_is_not_the_newest, layers_round_trip, a_day_leads_to_its_run, runs_are_journalled;
            alerting: alerts_round_trip, the_same_episode_is_one_alert, what_people_did_about_an_alert_stays, alert_queries_narrow,
                new_alerts_come_after_the_last_seen, alerts_follow_mentions_and_sources, changes_are_listed_by_day;
            theming: what_lies_at_touchpoints_is_marked_day_by_day, opinions_come_with_what_their_mention_counts_as,
                a_sample_is_the_same_whatever_comes, themes_appear_whole_and_keep_their_ids, voices_follow_their_opinions,
                touchpoints_that_are_gone_are_forgotten, what_fits_nowhere_is_read_apart;
            phrasing: changed_phrases_queue_what_they_touch, phrases_change_once, texts_come_as_they_are_judged;
            querying: an_empty_query_lists_everything, a_place_narrows, verdict_and_confidence_narrow, mixed_finds_disagreement,
                the_mention_narrows, flags_narrow, personas_narrow, order_and_pages, what_needs_a_map_is_refused_without,
                questions_without_sense_are_refused;
            paging: pages_join_without_gap_or_repeat, rows_that_arrive_shift_no_page, a_cursor_of_another_query_is_refused,
                counts_are_exact_up_to_their_bound, the_most_representative_come_first, named_rows_narrow,
                flagged_rows_follow_their_flags;
            searching: words_are_found_in_every_writing, common_words_are_found_like_rare_ones, phrases_and_exclusions_narrow, the_index_follows_the_text;
        }
    };
    (@each $make:path; $($module:ident: $($name:ident),+ $(,)?;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some((store, guard)) = $make().await {
                    let outcome = $crate::conformance::$module::$name(&store).await;
                    $crate::Store::close(&store).await;
                    drop(guard);
                    outcome.unwrap();
                }
            }
        )+)+
    };
}
