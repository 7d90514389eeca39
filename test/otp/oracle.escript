#!/usr/bin/env escript
%% SPDX-License-Identifier: ISC
%%! +S 1:1 +sbwt none
%%
%% usage: oracle.escript [-c] [-j N] [FILE...]    (standard input without FILE)
%%        oracle.escript canon [FILE]
%%
%% Plays scenarios on the supervisors of Erlang/OTP and prints their traces,
%% with -c in canonical form; `canon` brings a trace into that form. README.md
%% beside this file describes both texts. With -j, N scenarios are played at a
%% time: most of the time of one goes into waiting.
%%
%% How it works. Each scenario has a table of its own, in which events are
%% collected under numbers from unique_integer([monotonic]): starts are noted
%% by the start functions, reports by a logger handler, both inside the
%% supervisor that does it, and exits by tracing everything below the boss,
%% who is the parent of the root. There is one scheduler, so the numbers are
%% in causal order.
%%
%% `impl=elixir` needs Elixir, at its usual place or in $ELIXIR_EBIN.
%%
%% A step is over when every process of the tree waits in its own main loop
%% with nothing in its mailbox, no child that a supervisor lists is dead, and
%% all that is dead has been told of, and this twice in a row.

-module(oracle).
-mode(compile).
-behaviour(supervisor).
-export([main/1, init/1, start_sup/2, start_dsup/2, start_worker/2,
         worker_init/4, worker/1, log/2]).

-define(SUPS, oracle_sups).             % {Pid, Table}, for the logger handler
-define(POLLS, 50).                     % before the driver begins to sleep

main(["canon"]) -> io:put_chars(canon(read_stdin()));
main(["canon", File]) -> io:put_chars(canon(read_file(File)));
main(Args) -> main(Args, fun(Trace) -> Trace end, 1).

main(["-c" | Args], _, N) -> main(Args, fun canon/1, N);
main(["-j", N | Args], Form, _) -> main(Args, Form, list_to_integer(N));
main([], Form, N) -> play_all("<stdin>", read_stdin(), Form, N);
main(Files, Form, N) -> [play_all(F, read_file(F), Form, N) || F <- Files].

read_stdin() ->
    ok = io:setopts([binary]),
    read_stdin([]).

read_stdin(Acc) ->
    case io:get_chars("", 65536) of
        eof -> binary_to_list(iolist_to_binary(lists:reverse(Acc)));
        Chars -> read_stdin([Chars | Acc])
    end.

read_file(File) ->
    case file:read_file(File) of
        {ok, Text} -> binary_to_list(Text);
        {error, Why} -> wrong("~s: ~p", [File, Why])
    end.

wrong(Format, Args) ->
    io:format(standard_error, Format ++ "~n", Args),
    halt(2).

%% ---------------------------------------------------------------- the text

%% The scenarios of a text, each as its lines that are not empty.
scenarios(Text) ->
    All = lists:enumerate(string:split(Text, "\n", all)),
    Lines = [{N, Words} || {N, Line} <- All, (Words = words(Line)) =/= []],
    separate(Lines, [], false).

words(Line) ->
    lists:takewhile(fun(Word) -> hd(Word) =/= $# end,
                    string:lexemes(Line, " \t\r")).

separate([], [], _) -> [];
separate([], Acc, _) -> [lists:reverse(Acc)];
separate([{_, ["scenario", _]} | _] = Lines, Acc, true) ->
    [lists:reverse(Acc) | separate(Lines, [], false)];
separate([Line = {_, Words} | Lines], Acc, Run) ->
    separate(Lines, [Line | Acc], Run orelse Words =:= ["run"]).

parse(File, Lines) ->
    lists:foldl(fun({N, Words}, S) ->
                        try line(Words, S)
                        catch error:_ ->
                                wrong("~s:~p: not understood: ~s",
                                      [File, N, lists:join(" ", Words)])
                        end
                end,
                #{name => "scenario", compare => "raw", nodes => [],
                  links => [], steps => [], run => false}, Lines).

line(["run"], S) -> S#{run := true};
line(Words, S = #{run := true, steps := Steps}) ->
    S#{steps := Steps ++ [{lists:flatten(lists:join(" ", Words)), step(Words)}]};
line(["scenario", Name], S) -> S#{name := Name};
line(["compare", Mode], S) -> S#{compare := Mode};
line(["link", A, B], S = #{links := Links}) -> S#{links := [{A, B} | Links]};
line([Kind, Id | Attributes], S = #{nodes := Nodes}) ->
    S#{nodes := Nodes ++ [node_of(Kind, Id, Attributes)]}.

node_of(Kind, Id, Attributes) ->
    maps:merge(defaults(Kind, Id),
               maps:from_list([attribute(string:split(A, "=")) || A <- Attributes])).

defaults(Kind, Id) ->
    All = #{id => Id, kind => Kind, parent => none, dynamic => false,
            restart => permanent, significant => false, shutdown => infinity},
    maps:merge(All, defaults(Kind)).

defaults("worker") ->
    #{shutdown => 5000, term => die, trap => false, start => [ok],
      life => [forever]};
defaults("sup") ->
    #{strategy => one_for_one, max_restarts => 3, max_seconds => 5,
      auto_shutdown => never};
defaults("dsup") ->
    #{max_restarts => 3, max_seconds => 5, max_children => infinity,
      impl => auto, child_restart => permanent, child_shutdown => 5000}.

attribute([Key, Value]) -> {list_to_atom(Key), value(list_to_atom(Key), Value)}.

value(parent, Id) -> Id;
value(start, Plan) -> [list_to_atom(P) || P <- string:lexemes(Plan, ",")];
value(life, Plan) -> [life(P) || P <- string:lexemes(Plan, ",")];
value(term, "delay:" ++ Ms) -> {delay, list_to_integer(Ms)};
value(term, "exit:" ++ Reason) -> {exit, reason(Reason)};
value(_, "yes") -> true;
value(_, "no") -> false;
value(_, Value = [Digit | _]) when Digit =< $9 -> list_to_integer(Value);
value(_, Value) -> list_to_atom(Value).

life("forever") -> forever;
life(Text) ->
    [Ms, Reason] = string:split(Text, ":"),
    {list_to_integer(Ms), reason(Reason)}.

reason("shutdown:" ++ Word) -> {shutdown, list_to_atom(Word)};
reason("crash:" ++ N) -> {crash, list_to_integer(N)};
reason(Word) -> list_to_atom(Word).

step(["exit", Id, Reason]) -> {exit, Id, reason(Reason)};
step(["signal", Id, Reason]) -> {signal, Id, reason(Reason)};
step(["kill", Id]) -> {signal, Id, kill};
step(["start", Sup, Kind, Id | Attributes]) ->
    {start, Sup, (node_of(Kind, Id, Attributes))#{parent := Sup, dynamic := true}};
step(["terminate", Sup, Id]) -> {ask, Sup, terminate_child, Id};
step(["restart", Sup, Id]) -> {ask, Sup, restart_child, Id};
step(["delete", Sup, Id]) -> {ask, Sup, delete_child, Id};
step(["count", Sup]) -> {count, Sup};
step(["link", A, B]) -> {link, A, B};
step(["unlink", A, B]) -> {unlink, A, B};
step(["wait", Ms]) -> {wait, list_to_integer(Ms)};
step(["align", Ms]) -> {align, list_to_integer(Ms)};
step(["stop"]) -> {stop, shutdown};
step(["stop", Reason]) -> {stop, reason(Reason)};
step(["together" | Words]) ->
    Parts = string:split(lists:join(" ", Words), " ; ", all),
    {together, [step(string:lexemes(lists:flatten(P), " ")) || P <- Parts]}.

%% ---------------------------------------------------------------- playing

play_all(File, Text, Form, N) ->
    ets:new(?SUPS, [named_table, public]),
    code:add_pathsz([os:getenv("ELIXIR_EBIN", "/usr/lib/elixir/lib/elixir/ebin")]),
    [logger:remove_handler(H) || H <- logger:get_handler_ids()],
    ok = logger:add_handler(oracle, ?MODULE, #{}),
    Parsed = [parse(File, Lines) || Lines <- scenarios(Text)],
    lanes(lists:enumerate(Parsed), Form, N, 1, #{}, #{}),
    ets:delete(?SUPS).

%% Plays up to N at a time and prints the traces in order.
lanes([], _, _, Next, Running, Done)
  when map_size(Running) =:= 0, not is_map_key(Next, Done) -> ok;
lanes(Waiting, Form, N, Next, Running, Done) when is_map_key(Next, Done) ->
    {Trace, Rest} = maps:take(Next, Done),
    io:put_chars(Trace),
    lanes(Waiting, Form, N, Next + 1, Running, Rest);
lanes([{I, S} | Waiting], Form, N, Next, Running, Done)
  when map_size(Running) < N ->
    Self = self(),
    spawn_link(fun() -> Self ! {I, Form(play(S))} end),
    lanes(Waiting, Form, N, Next, Running#{I => S}, Done);
lanes(Waiting, Form, N, Next, Running, Done) ->
    receive
        {I, Trace} ->
            lanes(Waiting, Form, N, Next, maps:remove(I, Running), Done#{I => Trace})
    end.

play(#{name := Name, compare := Compare, nodes := Declared, links := Links,
       steps := Steps}) ->
    T = ets:new(scenario, [public, ordered_set]),
    Nodes = Declared ++ started_nodes(Declared, Steps),
    [non_existing =:= code:which('Elixir.DynamicSupervisor') andalso
     wrong("~s: impl=elixir: there is no Elixir here", [Name])
     || #{impl := elixir} <- Nodes],
    [Root] = [Id || #{id := Id, parent := none} <- Nodes],
    ets:insert(T, [{{node, Id}, Node} || Node = #{id := Id} <- Nodes]),
    Driver = self(),
    Tracer = spawn_link(fun() -> tracer(T) end),
    Boss = spawn(fun() -> process_flag(trap_exit, true), boss(T, Root, Driver) end),
    ets:insert(T, [{root, Root}, {nodes, Nodes}, {links, Links}, {boss, Boss},
                   {driver, Driver}, {tracer, Tracer}]),
    erlang:trace(Boss, true, [procs, set_on_spawn, strict_monotonic_timestamp,
                              {tracer, Tracer}]),
    Head = [io_lib:format("scenario ~s~ncompare ~s~n", [Name, Compare]),
            [io_lib:format("decl ~s ~s ~s~n", [Kind, Id, parent_text(Parent)])
             || #{kind := Kind, id := Id, parent := Parent} <- Nodes]],
    Body = play_steps(T, Root, 0, [{"run", boot} | Steps]),
    End = io_lib:format("end ~s ~s~n", [Root, text(get_at(T, {last, Root}, none))]),
    unlink(Tracer), exit(Tracer, kill), exit(Boss, kill),
    [exit(Pid, kill) || {Pid, _} <- processes_of(T)],
    ets:delete(T),
    lists:flatten([Head, Body, End]).

parent_text(none) -> "-";
parent_text(Id) -> Id.

%% Those that only a step starts, in the order of their first one.
started_nodes(Declared, Steps) ->
    Add = fun({_, {start, _, Node = #{id := Id}}}, Acc) ->
                  Known = [I || #{id := I} <- Declared ++ Acc],
                  case lists:member(Id, Known) of
                      true -> Acc;
                      false -> Acc ++ [Node]
                  end;
             (_, Acc) -> Acc
          end,
    lists:foldl(Add, [], Steps).

%% At the end the root is stopped if that is still to be done.
play_steps(T, Root, N, []) ->
    case pid_of(T, Root) of
        none -> [];
        _ -> play_steps(T, Root, N, [{"stop", {stop, shutdown}}])
    end;
play_steps(T, Root, N, [{Text, Step} | Steps]) ->
    Reply = case do(T, Step) of
                "" -> "";
                Words -> ["reply ", Words, "\n"]
            end,
    settle(T),
    Events = [[event_text(E), "\n"] || E <- take_events(T)],
    State = states(T, Root),
    [io_lib:format("step ~p ~s~n", [N, Text]), Events, Reply, State
     | play_steps(T, Root, N + 1, Steps)].

%% The parent of the root. Not to be one of the tree, it is never asked.
boss(T, Root, Driver) ->
    receive
        boot ->
            Driver ! {boss, start_sup(T, Root)},
            boss(T, Root, Driver);
        {stop, Reason} ->
            [exit(Pid, Reason) || Pid <- [pid_of(T, Root)], is_pid(Pid)],
            Driver ! {boss, stopped},
            boss(T, Root, Driver);
        _ ->
            boss(T, Root, Driver)
    end.

%% ---------------------------------------------------------------- the table

get_at(T, Key, Default) ->
    case ets:lookup(T, Key) of
        [{_, Value}] -> Value;
        [] -> Default
    end.

get_at(T, Key) -> ets:lookup_element(T, Key, 2).

count_up(T, Key) -> ets:update_counter(T, Key, 1, {Key, 0}).

note(T, Event) ->
    ets:insert(T, {{event, erlang:unique_integer([monotonic])}, Event}).

take_events(T) ->
    Events = ets:select(T, [{{{event, '_'}, '$1'}, [], ['$1']}]),
    ets:match_delete(T, {{event, '_'}, '_'}),
    Events.

%% Begins the next incarnation of Id, which is the process Pid.
register_process(T, Id, Pid) ->
    N = count_up(T, {nth, Id}),
    ets:insert(T, [{{process, Pid}, {Id, N}}, {{who, Pid}, {Id, N}}, {{pid, Id}, Pid}]),
    N.

%% The living process of that name, or none.
pid_of(T, Id) ->
    case get_at(T, {pid, Id}, none) of
        Pid when is_pid(Pid) ->
            case is_process_alive(Pid) of
                true -> Pid;
                false -> none
            end;
        none -> none
    end.

name_of(T, Pid) ->
    {Id, _} = get_at(T, {who, Pid}, {"?", 0}),
    Id.

%% Of whom no end was told yet.
processes_of(T) ->
    ets:select(T, [{{{process, '$1'}, '$2'}, [], [{{'$1', '$2'}}]}]).

tracer(T) ->
    receive
        {trace_ts, Pid, exit, Reason, {_, Number}} ->
            case ets:lookup(T, {process, Pid}) of
                [{_, {Id, N}}] ->
                    ets:insert(T, [{{event, Number}, {exit, Id, N, Reason}},
                                   {{last, Id}, Reason}]),
                    ets:delete(T, {process, Pid}),
                    ets:delete(?SUPS, Pid);
                [] ->
                    ok
            end;
        {sync, From} ->
            From ! synced;
        _ ->
            ok
    end,
    tracer(T).

%% ---------------------------------------------------------------- children

%% The start functions run in the supervisor that starts.
start_sup(T, Id) ->
    started(T, Id, supervisor:start_link(?MODULE, {sup, T, Id})).

start_dsup(T, Id) ->
    Node = #{max_restarts := Max, max_seconds := Seconds} = get_at(T, {node, Id}),
    case is_simple(Node) of
        true ->
            started(T, Id, supervisor:start_link(?MODULE, {dsup, T, Id}));
        false ->
            Options = [{strategy, one_for_one}, {max_restarts, Max},
                       {max_seconds, Seconds},
                       {max_children, maps:get(max_children, Node)}],
            {ok, Pid} = 'Elixir.DynamicSupervisor':start_link(Options),
            begin_sup(T, Id, Pid),
            started(T, Id, {ok, Pid})
    end.

started(T, Id, {ok, Pid}) ->
    {_, N} = get_at(T, {who, Pid}),
    note(T, {up, Id, N}),
    {ok, Pid};
started(T, Id, Error) ->
    %% The starter may hear of the failure before the process is gone.
    Monitor = monitor(process, get_at(T, {pid, Id})),
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    note(T, {startfail, Id}),
    Error.

is_simple(#{kind := "dsup", impl := elixir}) -> false;
is_simple(#{kind := Kind}) -> Kind =:= "dsup".

begin_sup(T, Id, Pid) ->
    ets:insert(?SUPS, {Pid, T}),
    note(T, {start, Id, register_process(T, Id, Pid)}).

init({sup, T, Id}) ->
    begin_sup(T, Id, self()),
    Node = get_at(T, {node, Id}),
    Children = [spec(T, Child) || Child = #{parent := P, dynamic := false}
                                      <- get_at(T, nodes), P =:= Id],
    {ok, {(flags(Node))#{strategy => maps:get(strategy, Node),
                         auto_shutdown => maps:get(auto_shutdown, Node)},
          Children}};
init({dsup, T, Id}) ->
    begin_sup(T, Id, self()),
    Node = #{child_restart := Restart, child_shutdown := Shutdown} =
        get_at(T, {node, Id}),
    {ok, {(flags(Node))#{strategy => simple_one_for_one},
          [#{id => child, start => {?MODULE, start_worker, [T]},
             restart => Restart, shutdown => Shutdown}]}}.

flags(#{max_restarts := Max, max_seconds := Seconds}) ->
    #{intensity => Max, period => Seconds}.

spec(T, #{id := Id, kind := Kind, restart := Restart, shutdown := Shutdown,
          significant := Significant}) ->
    {Function, Type} = case Kind of
                           "worker" -> {start_worker, worker};
                           "sup" -> {start_sup, supervisor};
                           "dsup" -> {start_dsup, supervisor}
                       end,
    #{id => Id, start => {?MODULE, Function, [T, Id]}, restart => Restart,
      shutdown => Shutdown, significant => Significant, type => Type}.

%% The element of a plan; the last one repeats.
nth(N, Plan) -> lists:nth(min(N, length(Plan)), Plan).

start_worker(T, Id) ->
    Node = #{start := Plan} = get_at(T, {node, Id}),
    case nth(count_up(T, {tries, Id}), Plan) of
        fail ->
            note(T, {startfail, Id}),
            {error, failed};
        ignore ->
            note(T, {ignore, Id}),
            ignore;
        ok ->
            Pid = spawn_link(?MODULE, worker_init, [T, Id, Node, self()]),
            N = register_process(T, Id, Pid),
            Pid ! {go, N},
            receive {Pid, ready} -> ok end,
            note(T, {start, Id, N}),
            {ok, Pid}
    end.

worker_init(T, Id, #{term := Term, trap := Trap, life := Life}, Sup) ->
    process_flag(trap_exit, Trap orelse Term =/= die),
    N = receive {go, Nth} -> Nth end,
    [link(Pid) || Peer <- peers(T, Id), is_pid(Pid = pid_of(T, Peer))],
    case nth(N, Life) of
        forever ->
            ok;
        {Ms, Reason} ->
            ets:insert(T, {{mortal, self()}, Ms}),
            erlang:send_after(Ms, self(), {end_with, Reason})
    end,
    Sup ! {self(), ready},
    worker({T, Id, N, Term, [Sup, get_at(T, driver)]}).

peers(T, Id) ->
    [Peer || {A, B} <- get_at(T, links), A =/= B,
             Peer <- case Id of A -> [B]; B -> [A]; _ -> [] end].

%% Its main loop: see is_idle/2.
worker(State = {T, Id, N, Term, Masters}) ->
    receive
        {end_with, Reason} ->
            exit(Reason);
        {From, link, Pid} ->
            link(Pid),
            From ! linked;
        {From, unlink, Pid} ->
            unlink(Pid),
            From ! linked;
        {'EXIT', From, Reason} ->
            case lists:member(From, Masters) of
                true -> hear(State, 20), told_to_stop(Term, Reason);
                false -> note(T, {trapped, Id, N, name_of(T, From), Reason})
            end
    end,
    ?MODULE:worker(State).

%% Whether the end of a linked one is in the mailbox before its supervisor's
%% order is the scheduler's choice: here those that are on the way come first.
hear(_, 0) ->
    ok;
hear(State = {T, Id, N, _, [Sup, Driver]}, Times) ->
    receive
        {'EXIT', From, Reason} when From =/= Sup, From =/= Driver ->
            note(T, {trapped, Id, N, name_of(T, From), Reason}),
            hear(State, Times)
    after 0 ->
        erlang:yield(),
        hear(State, Times - 1)
    end.

told_to_stop(die, Reason) -> exit(Reason);
told_to_stop(ignore, _) -> ok;
told_to_stop({delay, Ms}, Reason) -> receive after Ms -> exit(Reason) end;
told_to_stop({exit, Own}, _) -> exit(Own).

%% The logger's handler, called by the supervisor that reports.
log(#{msg := {report, #{label := {supervisor, Context}, report := Report}}}, _)
  when Context =/= progress ->
    case ets:lookup(?SUPS, self()) of
        [{Pid, T}] ->
            Offender = proplists:get_value(offender, Report),
            note(T, {report, name_of(T, Pid), Context, offender(T, Offender),
                     proplists:get_value(reason, Report)});
        [] ->
            ok
    end;
log(_, _) ->
    ok.

%% Children of dynamic supervisors have no id, and those of a sum no pid.
offender(T, Offender) ->
    case {proplists:get_value(id, Offender), proplists:get_value(pid, Offender)} of
        {Id, _} when is_list(Id) -> Id;
        {_, {restarting, Pid}} -> name_of(T, Pid);
        {_, Pid} when is_pid(Pid) -> name_of(T, Pid);
        _ -> "*"
    end.

%% ---------------------------------------------------------------- the steps

do(T, boot) ->
    get_at(T, boss) ! boot,
    receive
        {boss, {ok, _}} -> "ok";
        {boss, {error, Reason}} -> "error " ++ text(Reason)
    end;
do(T, {stop, Reason}) ->
    get_at(T, boss) ! {stop, Reason},
    receive {boss, stopped} -> "" end;
do(T, {exit, Id, Reason}) ->
    with(T, Id, fun(Pid) -> Pid ! {end_with, Reason}, rest(T, Pid) end);
do(T, {signal, Id, Reason}) ->
    with(T, Id, fun(Pid) -> exit(Pid, Reason), rest(T, Pid) end);
do(T, {together, Steps}) ->
    Sups = [Pid || {Pid, {Id, _}} <- processes_of(T), is_sup(T, Id),
                   is_process_alive(Pid)],
    [erlang:suspend_process(Pid) || Pid <- Sups],
    [do(T, Step) || Step <- Steps],
    [catch erlang:resume_process(Pid) || Pid <- Sups],
    "";
do(T, {link, A, B}) -> tie(T, link, A, B);
do(T, {unlink, A, B}) -> tie(T, unlink, A, B);
do(_, {wait, Ms}) ->
    timer:sleep(Ms),
    "";
do(_, {align, Ms}) ->
    Phase = erlang:monotonic_time(millisecond) - 1000 * erlang:monotonic_time(second),
    timer:sleep((Ms - Phase + 1000) rem 1000),
    "";
do(T, {count, Sup}) ->
    with(T, Sup, fun(Pid) ->
        Counts = supervisor:count_children(Pid),
        io_lib:format("count specs=~p active=~p supervisors=~p workers=~p",
                      [proplists:get_value(Key, Counts)
                       || Key <- [specs, active, supervisors, workers]])
                 end);
do(T, {ask, Sup, Function, Id}) ->
    with(T, Sup, fun(Pid) ->
        Dynamic = maps:get(kind, get_at(T, {node, Sup})) =:= "dsup",
        case Dynamic andalso get_at(T, {pid, Id}, none) of
            false -> reply(T, catch supervisor:Function(Pid, Id));
            none -> "error not_found";
            Child -> reply(T, catch supervisor:Function(Pid, Child))
        end
                 end);
do(T, {start, Sup, Node = #{id := Id}}) ->
    with(T, Sup, fun(Pid) ->
        Parent = get_at(T, {node, Sup}),
        Spec = spec(T, Node),
        Start = case Parent of
                    #{kind := "sup"} -> fun() -> supervisor:start_child(Pid, Spec) end;
                    #{impl := elixir} ->
                        fun() ->
                            'Elixir.DynamicSupervisor':start_child(
                              Pid, maps:remove(significant, Spec))
                        end;
                    _ -> fun() -> supervisor:start_child(Pid, [Id]) end
                end,
        reply(T, catch Start())
                 end).

with(T, Id, Do) ->
    case pid_of(T, Id) of
        none -> "not_running " ++ Id;
        Pid -> Do(Pid)
    end.

is_sup(T, Id) -> maps:get(kind, get_at(T, {node, Id})) =/= "worker".

tie(T, How, A, B) ->
    with(T, A, fun(PidA) ->
        with(T, B, fun(PidB) ->
            PidA ! {self(), How, PidB},
            receive linked -> "" end
                   end)
               end).

%% Waits until the process is dead, or does nothing.
rest(T, Pid) ->
    case is_process_alive(Pid) andalso not is_idle(T, Pid) of
        true -> timer:sleep(1), rest(T, Pid);
        false -> ""
    end.

reply(_, ok) -> "ok";
reply(_, ignore) -> "ignore";
reply(_, {ok, undefined}) -> "ok undefined";
reply(T, {ok, Pid}) ->
    {Id, N} = get_at(T, {who, Pid}),
    io_lib:format("ok ~s#~p", [Id, N]);
reply(_, {error, failed}) -> "error start_failed";
reply(_, {error, Word}) when is_atom(Word) -> "error " ++ atom_to_list(Word);
reply(_, {error, {already_started, _}}) -> "error already_started";
reply(_, {error, {bad_combination, _}}) -> "error bad_combination";
reply(_, {error, _}) -> "error start_failed";
reply(_, {'EXIT', {noproc, _}}) -> "noproc";
reply(_, {'EXIT', {Reason, _}}) -> "exit " ++ text(Reason).

%% ---------------------------------------------------------------- quiet

settle(T) -> settle(T, none, 0).

settle(T, Last, Polls) ->
    if Polls < ?POLLS -> erlang:yield();
       true -> timer:sleep(1)
    end,
    case is_quiet(T) andalso ets:info(T, size) of
        false -> settle(T, none, Polls + 1);
        Last -> ok;
        Size -> settle(T, Size, Polls)
    end.

is_quiet(T) ->
    lists:all(fun({Pid, {Id, _}}) -> is_idle(T, Pid) andalso
                                         (not is_sup(T, Id) orelse all_alive(Pid))
              end, processes_of(T))
        andalso all_told(T).

%% Waiting in its main loop, with nothing to do now or later.
is_idle(T, Pid) ->
    case process_info(Pid, [status, message_queue_len, current_function]) of
        [{status, waiting}, {message_queue_len, 0}, {current_function, {M, F, _}}] ->
            ({M, F} =:= {gen_server, loop} orelse {M, F} =:= {?MODULE, worker})
                andalso not ets:member(T, {mortal, Pid});
        _ ->
            false
    end.

all_alive(Sup) ->
    lists:all(fun({_, Pid, _, _}) -> not is_pid(Pid) orelse is_process_alive(Pid) end,
              children(Sup)).

%% It may end at any time.
children(Sup) ->
    try supervisor:which_children(Sup)
    catch exit:_ -> [{none, Sup, supervisor, []}]
    end.

%% No end waits to be told by the tracer.
all_told(T) ->
    Ref = erlang:trace_delivered(all),
    receive {trace_delivered, all, Ref} -> ok end,
    get_at(T, tracer) ! {sync, self()},
    receive synced -> ok end,
    lists:all(fun({Pid, _}) -> is_process_alive(Pid) end, processes_of(T)).

%% ---------------------------------------------------------------- the trace

event_text({Word, Id}) -> io_lib:format("~s ~s", [Word, Id]);
event_text({Word, Id, N}) -> io_lib:format("~s ~s#~p", [Word, Id, N]);
event_text({exit, Id, N, Reason}) ->
    io_lib:format("exit ~s#~p ~s", [Id, N, text(Reason)]);
event_text({trapped, Id, N, From, Reason}) ->
    io_lib:format("trapped ~s#~p ~s ~s", [Id, N, From, text(Reason)]);
event_text({report, Sup, Context, Id, Reason}) ->
    io_lib:format("report ~s ~s ~s ~s", [Sup, Context, Id, text(Reason)]).

text({shutdown, {failed_to_start_child, Id, _}}) ->
    "shutdown:failed_to_start_child:" ++ Id;
text({shutdown, Word}) -> "shutdown:" ++ text(Word);
text({crash, N}) -> "crash:" ++ integer_to_list(N);
text({start_spec, {bad_combination, _}}) -> "bad_combination";
text(Word) when is_atom(Word) -> atom_to_list(Word);
text(Other) -> lists:flatten(io_lib:format("~0p", [Other])).

%% Every living supervisor, depth first.
states(T, Id) ->
    case pid_of(T, Id) of
        none -> "";
        Pid -> state(T, Id, maps:get(kind, get_at(T, {node, Id})),
                     lists:reverse(supervisor:which_children(Pid)))
    end.

state(T, Id, "sup", Children) ->
    ["state ", Id, [[" ", Child, "=", value_text(T, Pid)] || {Child, Pid, _, _} <- Children],
     "\n", [states(T, Child) || {Child, Pid, supervisor, _} <- Children, is_pid(Pid)]];
state(T, Id, "dsup", Children) ->
    Up = lists:sort([{name_of(T, Pid), Pid} || {_, Pid, _, _} <- Children, is_pid(Pid)]),
    Failing = length([x || {_, restarting, _, _} <- Children]),
    ["state ", Id, [[" ", Child, "=", value_text(T, Pid)] || {Child, Pid} <- Up],
     [[" restarting*", integer_to_list(Failing)] || Failing > 0], "\n"].

value_text(_, undefined) -> "-";
value_text(_, restarting) -> "restarting";
value_text(T, Pid) ->
    {_, N} = get_at(T, {who, Pid}),
    integer_to_list(N).

%% ---------------------------------------------------------------- canon

%% Inside a step, events stand together by the parent of whom they are about
%% (reports by their supervisor), or with `compare id` by whom they are about.
%% The children of a dsup have no order among themselves, nor have those of a
%% supervisor that was killed in the step.
canon(Text) ->
    canon([string:lexemes(L, " ") || L <- string:lexemes(Text, "\n")], "raw", #{}, []).

canon([], Mode, Decls, Events) ->
    flush(Mode, Decls, Events);
canon([Line = [Word | Rest] | Lines], Mode, Decls, Events) ->
    case lists:member(Word, ["start", "up", "startfail", "ignore", "exit",
                             "trapped", "report"]) of
        true ->
            canon(Lines, Mode, Decls, [Line | Events]);
        false ->
            [flush(Mode, Decls, Events), join(Line)
             | case {Word, Rest} of
                   {"compare", [New]} -> canon(Lines, New, Decls, []);
                   {"decl", [Kind, Id, Parent]} ->
                       canon(Lines, Mode, Decls#{Id => {Kind, Parent}}, []);
                   _ -> canon(Lines, Mode, Decls, [])
               end]
    end.

join(Words) -> [lists:join(" ", Words), "\n"].

flush("raw", _, Events) ->
    [join(E) || E <- lists:reverse(Events)];
flush(Mode, Decls, Events) ->
    Killed = [base(Who) || ["exit", Who, "killed"] <- Events],
    Keyed = [{key(Mode, E, Decls, Killed), E} || E <- lists:reverse(Events)],
    [join(E) || {_, E} <- lists:keysort(1, Keyed)].

base(Who) -> hd(string:split(Who, "#")).

key("id", ["report", _, _, Id | _], _, _) -> Id;
key("id", [_, Who | _], _, _) -> base(Who);
key("parent", ["report", Sup, _, Id | _], Decls, _) ->
    case Decls of
        #{Sup := {"dsup", _}} -> {Sup, Id};
        _ -> {Sup, ""}
    end;
key("parent", [_, Who | _], Decls, Killed) ->
    {_, Parent} = map_get(base(Who), Decls),
    Unordered = lists:member(Parent, Killed) orelse
        case Decls of #{Parent := {"dsup", _}} -> true; _ -> false end,
    {Parent, case Unordered of true -> base(Who); false -> "" end}.
